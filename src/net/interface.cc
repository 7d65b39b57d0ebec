#include "net/interface.h"

#include "net/stack.h"
#include "net/wire/ethernet.h"

namespace kedge::net {

using wire::EthernetHeader;

namespace {

u32 prefix_mask(u8 length) { return length == 0 ? 0 : 0xffffffffu << (32 - min(length, u8{32})); }

}  // namespace

Interface::~Interface() {
    if (stack_ != nullptr) stack_->remove(*this);
}

u16 Interface::mtu() const {
    u16 mtu = min(device_.mtu(), kMaxMtu);
    if (config_.mtu != 0) mtu = min(mtu, config_.mtu);
    return mtu;
}

void Interface::configure(const Ipv4Config& config) {
    config_ = config;
    neighbours_ = {};
    for (WaitingFrame& frame : waiting_) frame.next_hop = {};
}

int Interface::match(Ipv4Address destination) const {
    if (!configured()) return -1;
    int best = -1;
    if (((destination.value ^ config_.address.value) & config_.netmask.value) == 0) {
        best = __builtin_popcount(config_.netmask.value);
    }
    for (size_t i = 0; i < config_.route_count; ++i) {
        const Ipv4Config::Route& route = config_.routes[i];
        const u32 mask = prefix_mask(route.prefix_length);
        if (((destination.value ^ route.destination.value) & mask) == 0) {
            best = max(best, static_cast<int>(route.prefix_length));
        }
    }
    if (best < 0 && !config_.gateway.is_any()) best = 0;
    return best;
}

std::optional<Ipv4Address> Interface::next_hop(Ipv4Address destination) const {
    if (!configured()) return std::nullopt;
    int best = -1;
    Ipv4Address hop;
    if (((destination.value ^ config_.address.value) & config_.netmask.value) == 0) {
        best = __builtin_popcount(config_.netmask.value);
        hop = destination;
    }
    for (size_t i = 0; i < config_.route_count; ++i) {
        const Ipv4Config::Route& route = config_.routes[i];
        const u32 mask = prefix_mask(route.prefix_length);
        if (((destination.value ^ route.destination.value) & mask) != 0) continue;
        if (static_cast<int>(route.prefix_length) <= best) continue;
        best = route.prefix_length;
        // RFC 3442: a zero router means that the destination is on this link.
        hop = route.gateway.is_any() ? destination : route.gateway;
    }
    if (best >= 0) return hop;
    if (!config_.gateway.is_any()) return config_.gateway;
    return std::nullopt;
}

void Interface::on_frame(const RxFrame& frame) {
    const std::optional<EthernetHeader> header = EthernetHeader::parse(frame.head);
    Stack::Counters& counters = stack_->counters_;
    ++counters.frames;
    const Parts parts = frame.parts();
    counters.bytes += parts.size();
    const bool for_us =
        header && (header->destination == mac() || header->destination.is_multicast());
    if (!for_us || header->source.is_multicast()) {
        ++counters.dropped;
        return;
    }
    if (header->type == wire::kEtherTypeIpv4) {
        stack_->on_ipv4(*this, frame, parts.subview(EthernetHeader::kSize));
    } else if (header->type == wire::kEtherTypeArp) {
        on_arp(frame.head.subspan(EthernetHeader::kSize));
    }
}

Result<void> Interface::send_to_mac(MacAddress destination, MutableBytes frame) {
    Writer writer(frame);
    EthernetHeader{destination, mac(), wire::kEtherTypeIpv4}.emit(writer);
    return device_.transmit(frame);
}

Result<void> Interface::send_packet(Ipv4Address destination, MutableBytes frame, Instant now) {
    if (destination.is_broadcast() ||
        (configured() && config_.is_directed_broadcast(destination))) {
        return send_to_mac(MacAddress::broadcast(), frame);
    }
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
