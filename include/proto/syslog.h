// Syslog client: RFC 3164 over UDP (RFC 5426), the console's lines for a server elsewhere.
#pragma once

#include "net/stack.h"
#include "platform/console.h"

namespace kedge::proto {

/// Collects lines until poll() sends them. Printing costs no time and no memory, and what cannot be
/// sent soon is dropped: never is anything waited for, or said about it.
class SyslogSender final : public platform::Console {
  public:
    explicit SyslogSender(net::DatagramPort& port) : port_(port) {}

    /// Lines printed from now on go there; nowhere with a zero address.
    void set_server(net::Ipv4Address server);
    /// Who we are, in each line; cut. May be empty.
    void set_host_name(StrView name);

    void put(StrView text) override;
    int read_key() override { return platform::kNoKey; }

    /// Sends at most one line.
    void poll(Instant now);
    /// Sends what is left, as far as it goes.
    void flush();

  private:
    static constexpr size_t kLineSize = 240;
    static constexpr size_t kLines = 32;

    void take(char c);
    void end_line();
    bool send_oldest();

    net::DatagramPort& port_;
    net::Ipv4Address server_;
    Text<64> host_name_;
    Text<kLineSize> line_;
    bool returned_ = false;   // a carriage return came: the line is written anew, unless it ends
    bool in_escape_ = false;  // within a terminal sequence
    bool sending_ = false;
    std::array<Text<kLineSize>, kLines> lines_;
    size_t first_ = 0;
    size_t count_ = 0;
    Instant next_at_;
};

/// The sender with its socket. It takes part in `consoles` for as long as it lives.
class Syslog final : private net::DatagramSink {
  public:
    Syslog(net::Stack& stack, platform::ConsoleGroup& consoles);
    ~Syslog() { consoles_.remove(sender_); }
    Syslog(const Syslog&) = delete;
    Syslog& operator=(const Syslog&) = delete;

    void set_server(net::Ipv4Address server);
    void set_host_name(StrView name) { sender_.set_host_name(name); }
    void poll(Instant now) { sender_.poll(now); }
    void flush() { sender_.flush(); }

  private:
    void on_datagram(net::Endpoint, net::Ipv4Address, const Parts&, Instant) override {}

    platform::ConsoleGroup& consoles_;
    net::UdpSocket socket_;
    SyslogSender sender_;
};

}  // namespace kedge::proto
