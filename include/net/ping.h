// Ping: an ICMP echo client (RFC 792, RFC 1122 section 3.2.2.6).
#pragma once

#include "base/list.h"
#include "net/stack.h"

namespace kedge::net {

class PingSink {
  public:
    /// An answer to the request with this sequence number; `size` is that of its payload. Called
    /// again for every duplicate.
    virtual void on_reply(Ipv4Address from, u16 sequence, size_t size, Instant now) = 0;
    /// The request was given up: `from` says so, a router, the peer, or an address of ours when
    /// ARP got no answer. Error::connection_refused, host_unreachable, network_unreachable …
    virtual void on_unreachable(Ipv4Address from, u16 sequence, Error why) = 0;

  protected:
    ~PingSink() = default;
};

/// One series of echo requests under an identifier of its own. Whether an answer comes in time is
/// the owner's to judge. The sink must outlive it, and may not destroy it from a callback.
class Ping final : public ListNode<Ping> {
  public:
    static constexpr size_t kMaxPayload = 65507;  // what an IPv4 packet of 65535 bytes holds

    Ping(Stack& stack, PingSink& sink);

    /// Sends one request; what does not fit the MTU goes in fragments. Error::network_unreachable
    /// without a route, host_unreachable when ARP has just failed, too_large above kMaxPayload,
    /// no_memory, or busy when the card has no room now.
    Result<void> send(Ipv4Address to, u16 sequence, size_t payload_size);

  private:
    friend class Stack;
    Stack& stack_;
    PingSink& sink_;
    Ipv4Address to_;
    u16 identifier_ = 0;
};

}  // namespace kedge::net
