// The IPv4 stack: interfaces, ARP, ICMP, UDP and TCP over any number of NetDevices.
//
// It has no clock, heap policy or device of its own. The owner calls poll(now) in a loop; that
// receives from all cards, runs timers, and at the end sends at most one acknowledgement per TCP
// connection for everything received in this round. poll() must not be called from a sink.
#pragma once

#include "base/list.h"
#include "net/device.h"
#include "net/interface.h"
#include "net/transport.h"
#include "net/wire/ipv4.h"
#include "platform/entropy.h"

namespace kedge::net {

class Fragments;
class Ping;
class UdpSocket;
class TcpStream;

/// A packet of ours that did not arrive, as ICMP or our own ARP tells.
struct Undelivered {
    enum class Kind : u8 {
        transient,  // it may pass: routes settle, a host comes up (RFC 1122: soft error)
        final,      // trying again gives the same answer
        too_big,    // for a link on the way: `next_mtu` fits, or is zero from an old router
    } kind;
    Error why;
    u16 next_mtu = 0;
};

class Stack final : public Connector {
  public:
    explicit Stack(platform::Entropy& entropy);
    ~Stack();

    /// The interface must stay alive until remove(). The newest interface is preferred where a
    /// route is ambiguous.
    void add(Interface& interface);
    void remove(Interface& interface);

    void poll(Instant now);
    /// The earliest moment at which poll() has something to do although nothing is received.
    Instant poll_at() const;

    Result<Unique<Stream>> connect(Endpoint remote, StreamSink& sink, Instant now) override;

    /// The time of the current or last poll().
    Instant now() const { return now_; }
    platform::Entropy& entropy() { return entropy_; }

    /// Sends FIN on what is open and polls nothing: call before devices are closed, then poll() for
    /// up to a second while open_streams() is not zero.
    void close_streams();
    size_t open_streams() const;

    struct Counters {
        u64 frames = 0;
        u64 bytes = 0;
        u64 dropped = 0;  // malformed, bad checksum, not for us
        u64 tcp_retransmits = 0;
        u64 tcp_out_of_order = 0;
    };
    const Counters& counters() const { return counters_; }

    // For the transports of this room.
    Interface* route(Ipv4Address destination) const;
    /// Where a transport builds its next segment: room for one MTU, reused by every packet.
    MutableBytes transmit_area();
    /// Sends the first `size` bytes of transmit_area() with IPv4 and Ethernet headers in front.
    Result<void> send_ip(Interface& interface, Ipv4Address source, Ipv4Address destination,
                         u8 protocol, size_t size);
    /// Sends a datagram of any size, in fragments if the MTU asks for them.
    Result<void> send_datagram(Interface& interface, Ipv4Address source, Ipv4Address destination,
                               u8 protocol, Bytes datagram);
    /// Changes whenever route() may answer differently.
    u32 routes_version() const { return routes_version_; }
    /// A number that belongs to the two endpoints and that nobody outside can guess (RFC 6528).
    u64 connection_hash(Endpoint local, Endpoint remote) const;
    /// A random port from 49152 up (RFC 6335 section 6) that no socket or stream uses.
    u16 ephemeral_port();

  private:
    friend class Interface;
    friend class Ping;
    friend class UdpSocket;
    friend class TcpStream;

    Result<void> send_fragment(Interface& interface, wire::Ipv4Header& header, size_t size);
    /// ARP gave up on a next hop: connections being opened through it fail now, not later.
    void on_unreachable(Interface& interface, Ipv4Address next_hop);
    void on_ipv4(Interface& interface, const RxFrame& frame, const Parts& packet);
    void on_fragment(Interface& interface, const wire::Ipv4Header& header, const Parts& payload);
    void poll_fragments();
    /// The payload of a whole datagram.
    void on_transport(Interface& interface, const wire::Ipv4Header& header, Checksum checksum,
                      const Parts& payload);
    void on_icmp(Interface& interface, Ipv4Address from, Ipv4Address to, const Parts& packet);
    void answer_echo(Interface& interface, Ipv4Address from, Ipv4Address to, const Parts& request);
    /// `quoted` begins with the IPv4 header of a packet that claims to be ours; `from` reports it.
    void on_undelivered(Ipv4Address from, Bytes quoted, const Undelivered& what);
    void on_udp(Interface& interface, Ipv4Address from, Ipv4Address to, Checksum checksum,
                const Parts& packet);
    void on_tcp(Ipv4Address from, Ipv4Address to, Checksum checksum, const Parts& packet);

    platform::Entropy& entropy_;
    List<Interface> interfaces_;
    List<UdpSocket> udp_;
    List<TcpStream> tcp_;
    List<Ping> pings_;
    Unique<Fragments> fragments_;  // only while there are some
    Instant now_;
    u16 identification_ = 0;
    u32 routes_version_ = 1;
    std::array<u64, 2> secret_{};
    bool polling_ = false;
    std::array<u8, Interface::kFrameSize> transmit_{};
    Counters counters_;
};

/// A UDP port. With an interface it sends and receives on that one only (DHCP needs that before
/// there is an address); without, on whatever the route says.
class UdpSocket final : public DatagramPort, public ListNode<UdpSocket> {
  public:
    UdpSocket(Stack& stack, DatagramSink& sink, Interface* interface = nullptr);

    /// Port 0 takes a random ephemeral one. Error::busy if the port is taken.
    Result<void> bind(u16 port = 0);
    u16 local_port() const override { return port_; }
    Result<void> send_to(Endpoint to, Bytes payload) override;

  private:
    friend class Stack;
    Stack& stack_;
    DatagramSink& sink_;
    Interface* interface_;
    u16 port_ = 0;
};

}  // namespace kedge::net
