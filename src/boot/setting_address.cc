// IPv6 addresses (RFC 4291 section 2.2, RFC 5952 section 4) and places on a PCI bus as text.
#include "base/format.h"
#include "net/address.h"
#include "src/boot/setting_type.h"

namespace kedge::boot {
namespace {

constexpr size_t kSize = 16;
constexpr size_t kGroups = 8;

/// Appends the groups of a part without "::", perhaps with a dotted quad at its end.
bool read_groups(StrView text, std::array<u8, kSize>& out, size_t& used) {
    while (!text.empty()) {
        const size_t colon = text.find(':');
        const StrView group = text.first(colon);
        const auto quad = colon == StrView::npos ? net::Ipv4Address::parse(group) : std::nullopt;
        if (quad && used + 4 <= kSize) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                out[used++] = static_cast<u8>(quad->value >> shift);
            }
            return true;
        }
        const std::optional<u64> number = parse_number(group, 16);
        if (!number || group.size() > 4 || used + 2 > kSize) return false;
        out[used++] = static_cast<u8>(*number >> 8);
        out[used++] = static_cast<u8>(*number);
        if (colon == StrView::npos) return true;
        text = text.substr(colon + 1);
        if (text.empty()) return false;  // a lone ':' at the end
    }
    return true;
}

}  // namespace

Result<void> print_ipv6(Bytes raw, String& out) {
    if (raw.size() < kSize) return Error::bad_format;
    const auto group = [&](size_t i) { return raw[2 * i] << 8 | raw[2 * i + 1]; };
    // The longest run of at least two zero groups, the first of equals.
    size_t gap = kGroups;
    size_t gap_size = 1;
    for (size_t i = 0; i < kGroups; ++i) {
        size_t size = 0;
        while (i + size < kGroups && group(i + size) == 0) ++size;
        if (size > gap_size) {
            gap = i;
            gap_size = size;
        }
    }
    for (size_t i = 0; i < kGroups;) {
        if (i == gap) {
            TRY(out.append("::"));
            i += gap_size;
            continue;
        }
        if (i != 0 && i != gap + gap_size) TRY(out.push_back(':'));
        TRY(out.append(Text<4>("{x}", static_cast<u32>(group(i++)))));
    }
    return {};
}

Result<void> read_ipv6(StrView text, Vector<u8>& raw) {
    std::array<u8, kSize> front{};
    std::array<u8, kSize> back{};
    size_t in_front = 0;
    size_t in_back = 0;
    const size_t gap = text.find("::");
    if (!read_groups(text.first(gap), front, in_front)) return Error::bad_format;
    if (gap == StrView::npos) {
        if (in_front != kSize) return Error::bad_format;
    } else if (!read_groups(text.substr(gap + 2), back, in_back) || in_front + in_back >= kSize) {
        return Error::bad_format;
    }
    for (size_t i = 0; i < in_back; ++i) front[kSize - in_back + i] = back[i];
    for (u8 byte : front) TRY(raw.push_back(byte));
    return {};
}

Result<void> print_busdevfn(Bytes raw, String& out) {
    const u64 value = static_cast<u64>(TRY(setting_number(raw, false)));
    return out.append(Text<24>("{04x}:{02x}:{02x}.{x}", value >> 16, value >> 8 & 0xff,
                               value >> 3 & 0x1f, value & 7));
}

Result<void> read_busdevfn(StrView text, Vector<u8>& raw) {
    const size_t dot = text.find('.');
    const size_t colon = text.first(dot).rfind(':');
    if (dot == StrView::npos || colon == StrView::npos) return Error::bad_format;
    const size_t bus_at = text.first(colon).rfind(':') + 1;  // npos + 1 is 0
    const StrView segment_text = bus_at == 0 ? StrView("0") : text.first(bus_at - 1);
    const std::optional<u64> segment = parse_number(segment_text, 16);
    const std::optional<u64> bus = parse_number(text.substr(bus_at, colon - bus_at), 16);
    const std::optional<u64> device = parse_number(text.substr(colon + 1, dot - colon - 1), 16);
    const std::optional<u64> function = parse_number(text.substr(dot + 1), 16);
    if (!segment || !bus || !device || !function) return Error::bad_format;
    if (*segment > 0xffff || *bus > 0xff || *device > 0x1f || *function > 7) {
        return Error::bad_format;
    }
    const u64 number = *segment << 16 | *bus << 8 | *device << 3 | *function;
    return store_number(SettingType::uint32, static_cast<i64>(number), raw);
}

}  // namespace kedge::boot
