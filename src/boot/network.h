// The cards as scripts see them: net0, net1, … with their settings.
#pragma once

#include "base/unique.h"
#include "base/vector.h"
#include "net/vlan.h"
#include "proto/dhcp.h"
#include "src/boot/setting_sources.h"

namespace kedge::boot {

class Session;

/// One card.
class Port {
  public:
    Port(net::Interface& its_interface, SettingsBlock& its_block)
        : interface(its_interface), block(its_block), card_(its_interface) {
        block.set_source(&card_);
    }

    StrView name() const { return interface.name(); }

    net::Interface& interface;
    SettingsBlock& block;
    /// Of a VLAN: whose frames it takes part in. It is open whenever this is.
    Port* trunk = nullptr;
    bool open = false;
    /// Was open when a payload took the machine; opened again when that comes back.
    bool suspended = false;

    /// Makes the block netN.dhcp. Error::no_memory.
    Result<void> set_lease(const proto::DhcpLease& lease);
    const net::Ipv4Config& lease_config() const { return lease_config_; }

  private:
    CardSettings card_;
    DhcpSettings lease_;
    net::Ipv4Config lease_config_;
};

class Network {
  public:
    explicit Network(Session& session) : session_(session) {}

    /// Makes a port and a settings block of every interface.
    Result<void> start();

    std::span<const Unique<Port>> ports() const { return ports_.span(); }
    /// "net0", or "netX" for the one opened last; null if there is none.
    Port* find(StrView name) const;

    /// Starts the card and configures it with what is known: the settings ip, netmask and gateway
    /// of its block, else its last lease. Prints why it could not. Nothing if it is open.
    Result<void> open(Port& port);
    /// With a trunk, its VLANs too.
    void close(Port& port);
    void close_others(const Port* keep);

    /// Makes the port net0-24 of a trunk and a tag, closed, in place of an older one.
    /// Error::not_supported on a VLAN, Error::no_memory.
    Result<void> add_vlan(Port& trunk, u16 tag, u8 priority);
    /// Takes a VLAN away with its settings. Error::invalid_argument for any other card.
    Result<void> remove_vlan(Port& port);

    /// Puts changed settings (set net0/ip …) to work on open cards.
    void apply_settings();

    /// A payload takes the machine: the cards are closed by somebody else.
    void suspend();
    /// It came back: opens again what was open.
    void resume();

    /// Runs DHCP on all of `ports` at once until the first is bound, and configures that one. The
    /// others are then closed again if they were not open before. `timeout` counts per card from
    /// the moment its link is up. Prints a line about the one that worked, or about each failure.
    Result<Port*> configure(std::span<Port* const> ports, Duration timeout);

    static constexpr Duration kDhcpTimeout = Duration::seconds(15);
    static constexpr Duration kLinkTimeout = Duration::seconds(10);

  private:
    net::Ipv4Config wanted_config(const Port& port) const;
    void apply_settings(Port& port);

    struct Vlan {
        Vlan(net::Interface& trunk, u16 tag, u8 priority)
            : name("{}-{}", trunk.name(), tag),
              device(trunk, tag, priority),
              interface(name, device) {}
        Text<16> name;
        net::VlanDevice device;
        net::Interface interface;
    };

    Session& session_;
    Vector<Unique<Vlan>> vlans_;
    Vector<Unique<Port>> ports_;
};

/// A dotted netmask as its prefix length.
u8 prefix_length(net::Ipv4Address netmask);

}  // namespace kedge::boot
