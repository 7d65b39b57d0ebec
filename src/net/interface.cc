#include "net/interface.h"

#include "net/stack.h"
#include "net/vlan.h"
#include "net/wire/ethernet.h"

namespace kedge::net {

using wire::EthernetHeader;

namespace {

u32 prefix_mask(u8 length) { return length == 0 ? 0 : 0xffffffffu << (32 - min(length, u8{32})); }

bool in_prefix(Ipv4Address address, Ipv4Address network, u32 mask) {
    return ((address.value ^ network.value) & mask) == 0;
}

struct Way {
    int prefix_length = -1;  // by which it matched; -1: there is none
    Ipv4Address next_hop;
};

/// The most specific of the own subnet, the static routes in order, and last the gateway.
Way look_up(const Ipv4Config& config, Ipv4Address destination) {
    Way best;
    if (config.address.is_any()) return best;
    if (in_prefix(destination, config.address, config.netmask.value)) {
        best = {__builtin_popcount(config.netmask.value), destination};
    }
    for (size_t i = 0; i < config.route_count; ++i) {
        const Ipv4Config::Route& route = config.routes[i];
        if (!in_prefix(destination, route.destination, prefix_mask(route.prefix_length))) continue;
        if (static_cast<int>(route.prefix_length) <= best.prefix_length) continue;
        // RFC 3442: a zero router means that the destination is on this link.
        best = {route.prefix_length, route.gateway.is_any() ? destination : route.gateway};
    }
    if (best.prefix_length < 0 && !config.gateway.is_any()) best = {0, config.gateway};
    return best;
}

}  // namespace

Interface::~Interface() {
    if (stack_ != nullptr) stack_->remove(*this);
}

u16 Interface::mtu() const {
    u16 mtu = min(device_.mtu(), kMaxMtu);
    if (config_.mtu != 0) mtu = min(mtu, config_.mtu);
    return max(mtu, kMinMtu);
}

void Interface::configure(const Ipv4Config& config) {
    config_ = config;
    if (stack_ != nullptr) ++stack_->routes_version_;
    neighbours_ = {};
    for (WaitingFrame& frame : waiting_) frame.next_hop = {};
}

int Interface::match(Ipv4Address destination) const {
    return look_up(config_, destination).prefix_length;
}

std::optional<Ipv4Address> Interface::next_hop(Ipv4Address destination) const {
    const Way way = look_up(config_, destination);
    if (way.prefix_length < 0) return std::nullopt;
    return way.next_hop;
}

void Interface::on_frame(const RxFrame& frame) {
    const std::optional<EthernetHeader> header = EthernetHeader::parse(frame.head);
    Stack::Counters& counters = stack_->counters_;
    ++counters.frames;
    const Parts parts = frame.parts();
    counters.bytes += parts.size();
    ++counters_.received;
    counters_.received_bytes += parts.size();
    const bool for_us =
        header && (header->destination == mac() || header->destination.is_multicast());
    if (!for_us || header->source.is_multicast()) {
        ++counters.dropped;
        ++counters_.dropped;
        return;
    }
    size_t header_size = EthernetHeader::kSize;
    u16 type = header->type;
    if (type == wire::kEtherTypeVlan) {
        // A tag without a VLAN is only a priority: such a frame is the trunk's own.
        const auto tag = wire::VlanTag::parse(frame.head.subspan(header_size));
        if (!tag || (tag->vlan != frame.vlan && !deliver_tagged(frame, tag->vlan))) {
            ++counters_.dropped;
        }
        if (!tag || tag->vlan != frame.vlan) return;
        header_size += wire::VlanTag::kSize;
        type = tag->type;
    }
    if (type == wire::kEtherTypeIpv4) {
        stack_->on_ipv4(*this, frame, parts.subview(header_size));
    } else if (type == wire::kEtherTypeArp) {
        on_arp(frame.head.subspan(header_size));
    }
}

Result<void> Interface::send_to_mac(MacAddress destination, MutableBytes frame) {
    Writer writer(frame);
    EthernetHeader{destination, mac(), wire::kEtherTypeIpv4}.emit(writer);
    return transmit(frame);
}

Result<void> Interface::transmit(Bytes frame) {
    const Result<void> sent = device_.transmit(frame);
    if (sent.ok()) {
        ++counters_.sent;
        counters_.sent_bytes += frame.size();
    } else {
        ++(sent.error() == Error::busy ? counters_.busy : counters_.failed);
    }
    return sent;
}

bool Interface::deliver_tagged(const RxFrame& frame, u16 vlan) {
    for (VlanDevice& device : vlans_) {
        if (device.tag() == vlan) return device.receive(frame);
    }
    return false;
}

Result<void> Interface::send_packet(Ipv4Address destination, MutableBytes frame, Instant now) {
    if (is_broadcast(destination)) return send_to_mac(MacAddress::broadcast(), frame);
    if (destination.is_multicast()) {
        const u32 v = destination.value;  // RFC 1112 section 6.4
        return send_to_mac({{0x01, 0x00, 0x5e, static_cast<u8>(v >> 16 & 0x7f),
                             static_cast<u8>(v >> 8), static_cast<u8>(v)}},
                           frame);
    }
    const std::optional<Ipv4Address> hop = next_hop(destination);
    if (!hop) return Error::network_unreachable;
    Neighbour* neighbour = find_neighbour(*hop);
    return send_by(neighbour != nullptr ? *neighbour : new_neighbour(*hop), frame, now);
}

}  // namespace kedge::net
