#include "net/wire/pxe.h"

namespace kedge::net::wire {

bool PxeMenuReader::next(u16& type, StrView& text) {
    type = rest_.be16_();
    text = StrView::from(rest_.bytes(rest_.u8_()));
    return rest_.ok();
}

bool PxeServerReader::next(u16& type, Bytes& addresses) {
    type = rest_.be16_();
    addresses = rest_.bytes(rest_.u8_() * size_t{4});
    return rest_.ok();
}

u8 PxeOptions::discovery_control() const {
    const Bytes value = get(kPxeDiscoveryControl);
    return value.empty() ? 0 : value.front();
}

Ipv4Address PxeOptions::multicast_address() const {
    const Bytes value = get(kPxeMulticastAddress);
    const Ipv4Address address{value.size() == 4 ? load_be<u32>(value) : 0};
    return address.is_multicast() ? address : Ipv4Address();
}

PxePrompt PxeOptions::prompt() const {
    const Bytes value = get(kPxeMenuPrompt);
    if (value.empty()) return {};
    return {value.front(), StrView::from(value.subspan(1))};
}

std::optional<u16> PxeOptions::boot_item() const {
    const Bytes value = get(kPxeBootItem);
    if (value.size() < 2) return std::nullopt;
    return load_be<u16>(value);
}

}  // namespace kedge::net::wire
