// Questions to PXE servers once there is an address: a ProxyDHCP server's second half, and boot
// server discovery. PXE 2.1 sections 2.2.3 to 2.2.5 and 2.4.
#pragma once

#include <optional>

#include "base/time.h"
#include "base/vector.h"
#include "net/transport.h"
#include "proto/dhcp_identity.h"
#include "proto/failure.h"

namespace kedge::proto {

/// A DHCPREQUEST to one or several boot servers at once, until one answers with what to boot.
class PxeExchange {
  public:
    enum class State : u8 { idle, asking, answered, failed };
    static constexpr size_t kMaxServers = 8;

    struct Question {
        StrView name;  // of the card, for sentences; borrowed
        net::MacAddress mac;
        u16 mtu = 1500;
        net::Ipv4Address client;  // our address
        /// The boot server type wanted; nothing: this asks a ProxyDHCP server for the rest of its
        /// offer.
        std::optional<u16> item;
        std::array<net::Endpoint, kMaxServers> to{};
        size_t count = 0;
        bool only_these = false;  // others' answers do not count

        void add(net::Endpoint server) {
            if (count < kMaxServers) to[count++] = server;
        }
    };

    PxeExchange(net::DatagramPort& port, const DhcpIdentity& identity)
        : port_(port), identity_(identity) {}

    /// Sends the first question. `transaction` should be unpredictable.
    void ask(const Question& question, u32 transaction, Instant now);
    void poll(Instant now);
    Instant poll_at() const { return state_ == State::asking ? send_at_ : Instant::never(); }
    void on_datagram(net::Endpoint from, const Parts& payload, Instant now);

    State state() const { return state_; }
    /// Of the state answered: the whole BOOTP message.
    Bytes packet() const { return packet_.span(); }
    /// Of the state failed.
    const Failure& failure() const { return failure_; }

  private:
    void send(Instant now);
    bool was_asked(net::Ipv4Address server) const;

    net::DatagramPort& port_;
    DhcpIdentity identity_;
    State state_ = State::idle;
    Question question_;
    u32 transaction_ = 0;
    Instant started_;
    Instant send_at_;
    Duration interval_;
    unsigned tries_ = 0;
    Vector<u8> packet_;
    Failure failure_;
};

}  // namespace kedge::proto
