// SNTP client: RFC 4330, RFC 5905 section 14.
#pragma once

#include "net/stack.h"
#include "net/wire/ntp.h"
#include "proto/resolver.h"

namespace kedge::proto {

/// The conversation alone, over any port: one server after the other is asked what time it is.
class NtpExchange : public net::DatagramSink {
  public:
    enum class State : u8 { running, done, failed };

    NtpExchange(net::DatagramPort& port, platform::Entropy& entropy)
        : port_(port), entropy_(entropy) {}

    /// `host` is for sentences. `servers` is not empty; it is copied as far as it is used.
    void start(StrView host, std::span<const net::Ipv4Address> servers, Instant now);
    void poll(Instant now);
    State state() const { return state_; }
    /// Once done: microseconds since 1970 at the moment `at()`.
    u64 unix_us() const { return unix_us_; }
    Instant at() const { return at_; }
    const Failure& failure() const { return failure_; }

    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override;

  private:
    net::Endpoint server() const { return {servers_[server_], net::wire::kNtpPort}; }
    void ask(Instant now);
    void next_server(Instant now);
    bool usable(const net::wire::NtpPacket& packet);
    void note(Error error, StrView cause, StrView hint = {});

    net::DatagramPort& port_;
    platform::Entropy& entropy_;
    StrView host_;
    std::array<net::Ipv4Address, 4> servers_{};
    size_t count_ = 0;
    size_t server_ = 0;
    unsigned tries_ = 0;
    bool asked_ = false;
    u64 cookie_ = 0;
    Instant asked_at_;
    Instant retry_at_;
    State state_ = State::running;
    u64 unix_us_ = 0;
    Instant at_;
    Failure failure_;
};

}  // namespace kedge::proto
