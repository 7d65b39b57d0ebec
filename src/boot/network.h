// The cards as scripts see them: net0, net1, … with their settings.
#pragma once

#include "base/unique.h"
#include "base/vector.h"
#include "boot/cached_dhcp.h"
#include "net/interface.h"
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
    Result<void> set_lease(Bytes packet, const net::Ipv4Config& config);
    /// The address must not be used any more. What the server said otherwise stays readable.
    void drop_lease() { lease_config_ = {}; }
    const net::Ipv4Config& lease_config() const { return lease_config_; }
    /// The message of the server that gave the lease; empty without one.
    Bytes lease_packet() const { return lease_.packet(); }

    /// A DHCP client for this card, with what scripts may have set as user-class and vendor-class.
    /// Ends the one that took care of the lease so far.
    Result<Unique<proto::DhcpClient>> make_client(Session& session);
    /// Takes care of the lease and still listens for boot servers; null if there is nothing to do.
    Unique<proto::DhcpClient> client;

  private:
    CardSettings card_;
    DhcpSettings lease_;
    net::Ipv4Config lease_config_;
    String user_class_;
    String vendor_class_;
};

/// All cards, and what PXE servers said: the blocks proxydhcp and pxebs.
class Network final : public LateSettings {
  public:
    explicit Network(Session& session) : session_(session) {}
    ~Network();

    /// Makes a port and a settings block of every interface, and uses the DHCP packets that came
    /// with us: the card they are for is opened with its lease.
    Result<void> start();

    /// What goes on in the background: leases are renewed, boot servers' answers become settings.
    void poll(Instant now);

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

    /// The card we were loaded through; null if unknown.
    Port* origin() const { return origin_; }
    /// The firmware's lease may be booted from (use-cached, 175.178).
    bool may_use_cached(const Port& port) const;

    /// Waits for the servers that may still say what to boot, if and as long as they can: not when
    /// `root` names a file, nor for a ProxyDHCP server that was not heard yet when the lease names
    /// one. Error::cancelled.
    Result<void> await_boot_servers(Port& port);
    bool wait_for(const SettingsBlock& block, const SettingKey& key) override;

    /// The message with the PXE menu that counts for this port: ProxyDHCP's or the lease's; empty
    /// if there is none, or it says not to be used.
    Bytes pxe_menu(const Port& port) const;
    /// Finds a boot server of that type (PXE 2.1 section 2.4); its answer becomes the block pxebs.
    /// The failure is printed.
    Result<void> discover_boot_server(Port& port, u16 type);

    static constexpr Duration kDhcpTimeout = Duration::seconds(15);
    static constexpr Duration kLinkTimeout = Duration::seconds(10);

  private:
    net::Ipv4Config wanted_config(const Port& port) const;
    void apply_settings(Port& port);
    Result<void> adopt(const CachedDhcp& cached);
    void poll(Port& port, Instant now);
    /// Until nothing can come any more, or (`only_needed`) nothing that is needed.
    Result<void> settle(Port& port, bool only_needed);
    Result<void> take_better_lease(Port& port);
    Result<void> use_lease(Port& port);
    void forget_boot_servers();
    Result<void> ask(Port& port, u16 type, Bytes said);

    /// A message of a PXE server as a block of settings.
    struct PxeSource {
        SettingsBlock* block = nullptr;
        DhcpSettings message;

        void set(Bytes packet);
        void forget();
    };

    struct Vlan : ListNode<Vlan> {
        Vlan(net::Interface& trunk, u16 tag, u8 priority)
            : name("{}-{}", trunk.name(), tag),
              device(trunk, tag, priority),
              interface(name, device) {}
        Text<16> name;
        net::VlanDevice device;
        net::Interface interface;
    };

    Session& session_;
    List<Vlan> vlans_;  // owned
    Vector<Unique<Port>> ports_;
    PxeSource proxy_;
    PxeSource boot_server_;
    Port* origin_ = nullptr;
    bool waiting_ = false;
};

/// A dotted netmask as its prefix length.
u8 prefix_length(net::Ipv4Address netmask);

}  // namespace kedge::boot
