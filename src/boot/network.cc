#include "src/boot/network.h"

#include "src/boot/session.h"

namespace kedge::boot {
namespace {

std::optional<net::Ipv4Address> own_address(const SettingsBlock& block, StrView name) {
    SettingValue value;
    // Only what a script stored in the block itself: leases come as a whole.
    if (!block.fetch(SettingKey::of(name), value).ok()) return std::nullopt;
    if (value.type == SettingType::string) {
        return net::Ipv4Address::parse(StrView::from(value.bytes.span()));
    }
    if (value.bytes.size() != 4) return std::nullopt;
    return net::Ipv4Address{load_be<u32>(value.bytes.span())};
}

/// RFC 791 section 3.2: what an address without a mask belongs to.
net::Ipv4Address classful_mask(net::Ipv4Address address) {
    const u8 top = static_cast<u8>(address.value >> 24);
    if (top < 128) return net::Ipv4Address::of(255, 0, 0, 0);
    if (top < 192) return net::Ipv4Address::of(255, 255, 0, 0);
    return net::Ipv4Address::of(255, 255, 255, 0);
}

bool same_config(const net::Ipv4Config& a, const net::Ipv4Config& b) {
    if (a.address != b.address || a.netmask != b.netmask || a.gateway != b.gateway) return false;
    if (a.mtu != b.mtu || a.route_count != b.route_count) return false;
    for (size_t i = 0; i < a.route_count; ++i) {
        const net::Ipv4Config::Route& one = a.routes[i];
        const net::Ipv4Config::Route& other = b.routes[i];
        if (one.destination != other.destination || one.gateway != other.gateway ||
            one.prefix_length != other.prefix_length) {
            return false;
        }
    }
    return true;
}

}  // namespace

u8 prefix_length(net::Ipv4Address netmask) {
    u8 length = 0;
    while (length < 32 && (netmask.value << length & 0x80000000) != 0) ++length;
    return length;
}

Result<void> Port::set_lease(Bytes packet, const net::Ipv4Config& config) {
    SettingsBlock* dhcp = TRY(block.make_child("dhcp"));
    dhcp->clear_all();
    TRY(lease_.assign(packet));
    lease_config_ = config;
    dhcp->set_source(&lease_);
    return {};
}

Result<void> Network::start() {
    // Before the cards: of two blocks that are as good, scripts see the first one's settings.
    boot_server_.block = TRY(session_.settings.make_block("pxebs"));
    proxy_.block = TRY(session_.settings.make_block("proxydhcp"));
    for (net::Interface* interface : session_.context.interfaces) {
        SettingsBlock* block = TRY(session_.settings.make_block(interface->name()));
        TRY(ports_.push_back(TRY(make_unique<Port>(*interface, *block))));
    }
    session_.settings.set_late(this);
    return adopt(session_.context.cached_dhcp);
}

Port* Network::find(StrView name) const {
    for (const Unique<Port>& port : ports_) {
        if (port->name() == name) return port.get();
        if (name == "netX" && &port->block == session_.settings.newest_interface()) {
            return port.get();
        }
    }
    return nullptr;
}

Result<void> Network::open(Port& port) {
    if (port.open && !port.interface.device().failed()) return {};
    if (port.open) close(port);
    if (port.trunk != nullptr) TRY(open(*port.trunk));
    const Result<void> opened = port.interface.device().open();
    if (!opened.ok()) {
        session_.print("{}: the card cannot be started ({}, {}): {}\n", port.name(),
                       port.interface.device().driver(), port.interface.device().location(),
                       describe(opened.error()));
        return opened;
    }
    session_.context.stack.add(port.interface);
    port.open = true;
    session_.settings.set_newest_interface(&port.block);
    apply_settings(port);
    return {};
}

void Network::close(Port& port) {
    if (!port.open) return;
    for (const Unique<Port>& other : ports_) {
        if (other->trunk == &port) close(*other);
    }
    port.client.reset();
    session_.context.stack.remove(port.interface);
    port.interface.device().close();
    port.open = false;
    if (session_.settings.newest_interface() != &port.block) return;
    session_.settings.set_newest_interface(nullptr);
    for (const Unique<Port>& other : ports_) {
        if (other->open) session_.settings.set_newest_interface(&other->block);
    }
}

void Network::close_others(const Port* keep) {
    for (const Unique<Port>& port : ports_) {
        if (port.get() != keep) close(*port);
    }
}

net::Ipv4Config Network::wanted_config(const Port& port) const {
    net::Ipv4Config config = port.lease_config();
    if (const auto address = own_address(port.block, "ip")) {
        if (*address != config.address) config = {};  // nothing of the lease holds for it
        config.address = *address;
        if (config.netmask.is_any()) config.netmask = classful_mask(*address);
    }
    if (const auto netmask = own_address(port.block, "netmask")) config.netmask = *netmask;
    if (const auto gateway = own_address(port.block, "gateway")) config.gateway = *gateway;
    return config;
}

void Network::apply_settings(Port& port) {
    if (!port.open) return;
    const net::Ipv4Config wanted = wanted_config(port);
    // Configuring anew forgets the neighbours: not for each `set` of a script.
    if (!same_config(wanted, port.interface.config())) port.interface.configure(wanted);
}

void Network::apply_settings() {
    for (const Unique<Port>& port : ports_) apply_settings(*port);
}

void Network::suspend() {
    for (const Unique<Port>& port : ports_) {
        if (!port->open) continue;
        // Whoever closed the device may have taken it from the stack as well.
        if (port->interface.linked()) session_.context.stack.remove(port->interface);
        if (port->trunk != nullptr) port->interface.device().close();
        port->open = false;
        port->suspended = true;
    }
}

void Network::resume() {
    for (const Unique<Port>& port : ports_) {
        if (!port->suspended) continue;
        port->suspended = false;
        // open() has said why if it fails; the next command that needs the network fails clearly.
        IGNORE_RESULT(open(*port));
    }
}

}  // namespace kedge::boot
