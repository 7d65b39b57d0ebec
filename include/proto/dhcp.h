// DHCPv4 client: RFC 2131, 2132, 4578 (PXE), with the packet of an iPXE client so that existing
// server configurations match.
#pragma once

#include "base/str.h"
#include "base/time.h"
#include "base/vector.h"
#include "net/stack.h"
#include "net/wire/dhcp.h"
#include "proto/failure.h"

namespace kedge::proto {

/// Who we are, for options 60, 93, 94, 97 and 175.
struct DhcpIdentity {
    u16 architecture = 0;             // RFC 4578 section 2.1: 0 BIOS, 7 UEFI x86-64
    std::array<u8, 2> ndi_version{};  // UNDI version: 2,1 for BIOS, 3,10 for UEFI
    std::array<u8, 16> uuid{};        // all zero: option 97 is left out
    u8 bus_type = 0;                  // option 175.177, 0: left out; 1 PCI
    u16 bus_vendor = 0;
    u16 bus_device = 0;
};

/// A bound lease: what the interface gets, and the packet with everything else.
class DhcpLease {
  public:
    /// The whole BOOTP message of the DHCPACK.
    Bytes packet() const { return packet_.span(); }
    /// Address, mask, gateway, static routes (121 beats 3), MTU.
    const net::Ipv4Config& config() const { return config_; }
    net::Ipv4Address server() const { return server_; }            // option 54
    net::Ipv4Address next_server() const { return next_server_; }  // siaddr

  private:
    friend class DhcpExchange;
    Vector<u8> packet_;
    net::Ipv4Config config_;
    net::Ipv4Address server_;
    net::Ipv4Address next_server_;
};

/// The conversation alone, over any port: no interface, no stack. DhcpClient is this plus a socket.
class DhcpExchange {
  public:
    enum class State : u8 { idle, selecting, requesting, bound, failed };

    /// The network card as the exchange sees it.
    struct Link {
        StrView name;  // for sentences; borrowed
        net::MacAddress mac;
        u16 mtu = 1500;
        bool has_address = false;  // then a unicast answer to a new one might not be received
    };

    DhcpExchange(net::DatagramPort& port, const DhcpIdentity& identity)
        : port_(port), identity_(identity) {}

    /// `transaction` should be unpredictable.
    void start(const Link& link, u32 transaction, Instant now);
    void poll(Instant now);
    Instant poll_at() const;
    void on_datagram(net::Endpoint from, const Parts& payload, Instant now);
    void give_up(bool link_up, Instant now);

    State state() const { return state_; }
    const DhcpLease& lease() const { return lease_; }
    const Failure& failure() const { return failure_; }

  private:
    struct Offer {
        Vector<u8> packet;
        net::Ipv4Address address;
        net::Ipv4Address server;
        int priority = 0;
        bool bootp = false;     // came without option 53: there is nothing to request
        bool complete = false;  // nothing is gained by waiting for a ProxyDHCP offer
    };

    void send(Instant now);
    void start_over(Instant at);
    void on_offer(const net::wire::DhcpMessage& message, Vector<u8> packet, Instant now);
    void on_answer(const net::wire::DhcpMessage& message, Vector<u8> packet, Instant now);
    void keep_offer(Offer offer, Instant now);
    void take_offer(Instant now);
    void bind(const net::wire::DhcpMessage& message, net::Ipv4Address server, Vector<u8> packet);
    /// Remembers what went wrong last, for the sentence of give_up().
    void note(Error error, net::Ipv4Address peer, StrView cause, StrView hint = {});

    net::DatagramPort& port_;
    DhcpIdentity identity_;
    Link link_;
    u32 transaction_ = 0;
    State state_ = State::idle;
    Instant started_;
    Instant send_at_;
    Duration discover_interval_;
    Duration request_interval_;
    unsigned request_tries_ = 0;
    std::optional<Offer> offer_;
    Instant decide_at_;  // with an offer: until then a better one may come
    DhcpLease lease_;
    Failure trouble_;
    Failure failure_;
};

/// One configuration attempt on one interface. The interface is configured by the caller from the
/// lease, not by the client.
class DhcpClient final : public net::DatagramSink {
  public:
    using State = DhcpExchange::State;

    DhcpClient(net::Stack& stack, net::Interface& interface, const DhcpIdentity& identity);

    /// Sends the first DHCPDISCOVER. Error::busy if port 68 is taken.
    Result<void> start(Instant now);
    void poll(Instant now) { exchange_.poll(now); }
    Instant poll_at() const { return exchange_.poll_at(); }
    State state() const { return exchange_.state(); }
    /// Once state() is bound.
    const DhcpLease& lease() const { return exchange_.lease(); }
    /// Once state() is failed: only after give_up().
    const Failure& failure() const { return exchange_.failure(); }
    /// Ends the attempt (deadline over): state() becomes failed and failure() says what was
    /// missing.
    void give_up(Instant now);

    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override;

  private:
    net::Stack& stack_;
    net::Interface& interface_;
    net::UdpSocket socket_;
    DhcpExchange exchange_;
};

}  // namespace kedge::proto
