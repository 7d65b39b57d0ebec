// Link and network addresses.
#pragma once

#include <compare>
#include <optional>

#include "base/format.h"
#include "base/types.h"

namespace kedge::net {

struct MacAddress {
    std::array<u8, 6> bytes{};

    static constexpr MacAddress broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
    constexpr bool is_multicast() const { return (bytes[0] & 1) != 0; }  // broadcast included
    constexpr bool operator==(const MacAddress&) const = default;
};

/// aa:bb:cc:dd:ee:ff
void format_to(TextSink& sink, const MacAddress& mac);

/// An IPv4 address; `value` in host byte order.
struct Ipv4Address {
    u32 value = 0;

    static constexpr Ipv4Address of(u8 a, u8 b, u8 c, u8 d) {
        return {static_cast<u32>(a) << 24 | static_cast<u32>(b) << 16 | static_cast<u32>(c) << 8 |
                d};
    }
    static constexpr Ipv4Address any() { return {}; }
    static constexpr Ipv4Address broadcast() { return {0xffffffff}; }
    /// Dotted quad only; nothing for any other text.
    static std::optional<Ipv4Address> parse(StrView text);

    constexpr bool is_any() const { return value == 0; }
    constexpr bool is_broadcast() const { return value == 0xffffffff; }
    constexpr bool is_multicast() const { return value >> 28 == 0xe; }
    constexpr bool is_loopback() const { return value >> 24 == 127; }
    constexpr auto operator<=>(const Ipv4Address&) const = default;
};

void format_to(TextSink& sink, const Ipv4Address& address);

/// A UDP or TCP peer.
struct Endpoint {
    Ipv4Address address;
    u16 port = 0;

    constexpr bool operator==(const Endpoint&) const = default;
};

/// 192.0.2.1:80
void format_to(TextSink& sink, const Endpoint& endpoint);

}  // namespace kedge::net
