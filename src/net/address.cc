#include "net/address.h"

namespace kedge::net {

void format_to(TextSink& sink, const MacAddress& mac) {
    for (size_t i = 0; i < mac.bytes.size(); ++i) {
        format(sink, i == 0 ? "{02x}" : ":{02x}", mac.bytes[i]);
    }
}

std::optional<Ipv4Address> Ipv4Address::parse(StrView text) {
    u32 value = 0;
    for (int i = 0; i < 4; ++i) {
        const size_t dot = i < 3 ? text.find('.') : text.size();
        if (dot == StrView::npos || dot > 3) return std::nullopt;
        const std::optional<u64> number = parse_number(text.first(dot));
        if (!number || *number > 255) return std::nullopt;
        value = value << 8 | static_cast<u32>(*number);
        text = text.substr(dot + 1);
    }
    return Ipv4Address{value};
}

void format_to(TextSink& sink, const Ipv4Address& address) {
    const u32 v = address.value;
    format(sink, "{}.{}.{}.{}", v >> 24, v >> 16 & 0xff, v >> 8 & 0xff, v & 0xff);
}

void format_to(TextSink& sink, const Endpoint& endpoint) {
    format(sink, "{}:{}", endpoint.address, endpoint.port);
}

}  // namespace kedge::net
