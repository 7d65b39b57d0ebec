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
    friend class DhcpClient;
    Vector<u8> packet_;
    net::Ipv4Config config_;
    net::Ipv4Address server_;
    net::Ipv4Address next_server_;
};

/// One configuration attempt on one interface. The interface is configured by the caller from the
/// lease, not by the client.
class DhcpClient final : public net::DatagramSink {
  public:
    enum class State : u8 { idle, selecting, requesting, bound, failed };

    DhcpClient(net::Stack& stack, net::Interface& interface, const DhcpIdentity& identity);

    /// Sends the first DHCPDISCOVER. Error::busy if port 68 is taken.
    Result<void> start(Instant now);
    void poll(Instant now);
    Instant poll_at() const;
    State state() const { return state_; }
    /// Once state() is bound.
    const DhcpLease& lease() const { return lease_; }
    /// Once state() is failed: only after give_up().
    const Failure& failure() const { return failure_; }
    /// Ends the attempt (deadline over): state() becomes failed and failure() says what was
    /// missing.
    void give_up(Instant now);

    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override;

  private:
    net::Stack& stack_;
    net::Interface& interface_;
    DhcpIdentity identity_;
    net::UdpSocket socket_;
    State state_ = State::idle;
    DhcpLease lease_;
    Failure failure_;
};

}  // namespace kedge::proto
