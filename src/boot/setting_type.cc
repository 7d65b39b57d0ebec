#include "src/boot/setting_type.h"

#include "base/format.h"
#include "base/reader.h"
#include "net/address.h"
#include "proto/uri.h"

namespace kedge::boot {
namespace {

struct TypeName {
    const char* name;
    SettingType type;
};

constexpr TypeName kTypes[] = {
    {"string", SettingType::string},     {"uristring", SettingType::uristring},
    {"ipv4", SettingType::ipv4},         {"ipv6", SettingType::ipv6},
    {"int8", SettingType::int8},         {"int16", SettingType::int16},
    {"int32", SettingType::int32},       {"uint8", SettingType::uint8},
    {"uint16", SettingType::uint16},     {"uint32", SettingType::uint32},
    {"hex", SettingType::hex},           {"hexhyp", SettingType::hexhyp},
    {"hexraw", SettingType::hexraw},     {"base64", SettingType::base64},
    {"uuid", SettingType::uuid},         {"guid", SettingType::guid},
    {"busdevfn", SettingType::busdevfn},
};

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr size_t kUuidSize = 16;
// Position of each printed byte in a guid, RFC 9562 section 4 against the UEFI form.
constexpr u8 kGuidOrder[kUuidSize] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

/// A DHCP server may send the NUL of its C string along.
StrView text_of(Bytes raw) {
    const StrView text = StrView::from(raw);
    return text.first(text.find('\0'));
}

bool is_unreserved(char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

Result<void> print_uristring(StrView text, String& out) {
    for (char c : text) {
        const u8 byte = static_cast<u8>(c);
        const char escaped[] = {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
        TRY(out.append(is_unreserved(c) ? StrView(&c, 1) : StrView(escaped, 3)));
    }
    return {};
}

Result<void> print_hex(Bytes raw, StrView separator, String& out) {
    for (size_t i = 0; i < raw.size(); ++i) {
        if (i != 0) TRY(out.append(separator));
        const char digits[] = {kHexDigits[raw[i] >> 4], kHexDigits[raw[i] & 15]};
        TRY(out.append({digits, 2}));
    }
    return {};
}

Result<void> print_base64(Bytes raw, String& out) {
    for (size_t at = 0; at < raw.size(); at += 3) {
        const Bytes group = raw.subspan(at, min<size_t>(3, raw.size() - at));
        u32 bits = 0;
        for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < group.size() ? group[i] : 0u);
        char digits[4];
        for (size_t i = 0; i < 4; ++i) {
            digits[i] = i <= group.size() ? kBase64[bits >> (18 - 6 * i) & 63] : '=';
        }
        TRY(out.append({digits, 4}));
    }
    return {};
}

Result<void> print_uuid(Bytes raw, bool is_guid, String& out) {
    if (raw.size() != kUuidSize) return Error::bad_format;
    for (size_t i = 0; i < kUuidSize; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) TRY(out.push_back('-'));
        const u8 byte = raw[is_guid ? kGuidOrder[i] : i];
        const char digits[] = {kHexDigits[byte >> 4], kHexDigits[byte & 15]};
        TRY(out.append({digits, 2}));
    }
    return {};
}

Result<void> print_number(Bytes raw, bool is_signed, String& out) {
    const i64 value = TRY(setting_number(raw, is_signed));
    if (is_signed) return out.append(Text<24>("{}", value));
    // As printf("%#x"): zero has no prefix.
    return out.append(value == 0 ? Text<24>("0") : Text<24>("0x{x}", static_cast<u64>(value)));
}

Result<void> read_hex(StrView text, char separator, Vector<u8>& raw) {
    size_t at = 0;
    while (at < text.size()) {
        if (separator != 0 && at != 0 && text[at++] != separator) return Error::bad_format;
        if (text.size() - at < 2) return Error::bad_format;
        const std::optional<u8> high = hex_digit(text[at]);
        const std::optional<u8> low = hex_digit(text[at + 1]);
        if (!high || !low) return Error::bad_format;
        TRY(raw.push_back(static_cast<u8>(*high << 4 | *low)));
        at += 2;
    }
    return {};
}

Result<void> read_base64(StrView text, Vector<u8>& raw) {
    while (text.ends_with("=")) text = text.first(text.size() - 1);
    u32 bits = 0;
    unsigned count = 0;
    for (char c : text) {
        const size_t digit = StrView(kBase64).find(c);
        if (digit == StrView::npos) return Error::bad_format;
        bits = bits << 6 | static_cast<u32>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        TRY(raw.push_back(static_cast<u8>(bits >> count)));
    }
    return count < 6 ? Result<void>() : Error::bad_format;
}

Result<void> read_uuid(StrView text, bool is_guid, Vector<u8>& raw) {
    Vector<u8> printed;
    size_t from = 0;
    for (size_t digits : {8, 4, 4, 4, 12}) {
        if (from != 0 && text.substr(from++, 1) != "-") return Error::bad_format;
        if (text.substr(from).size() < digits) return Error::bad_format;
        TRY(read_hex(text.substr(from, digits), 0, printed));
        from += digits;
    }
    if (from != text.size() || printed.size() != kUuidSize) return Error::bad_format;
    for (size_t i = 0; i < kUuidSize; ++i) {
        TRY(raw.push_back(printed[is_guid ? kGuidOrder[i] : i]));
    }
    return {};
}

Result<void> append(Vector<u8>& raw, Bytes bytes) {
    for (u8 byte : bytes) TRY(raw.push_back(byte));
    return {};
}

Result<void> read_ipv4(StrView text, Vector<u8>& raw) {
    const std::optional<net::Ipv4Address> address = net::Ipv4Address::parse(text);
    if (!address) return Error::bad_format;
    return store_number(SettingType::uint32, address->value, raw);
}

Result<void> print_ipv4(Bytes raw, String& out) {
    // A list of servers prints as its first one.
    if (raw.size() < 4) return Error::bad_format;
    return out.append(Text<16>("{}", net::Ipv4Address{load_be<u32>(raw)}));
}

size_t number_width(SettingType type) {
    switch (type) {
        case SettingType::int8:
        case SettingType::uint8:
            return 1;
        case SettingType::int16:
        case SettingType::uint16:
            return 2;
        default:
            return 4;
    }
}

}  // namespace

std::optional<SettingType> find_setting_type(StrView name) {
    for (const TypeName& one : kTypes) {
        if (name == one.name) return one.type;
    }
    return std::nullopt;
}

StrView setting_type_name(SettingType type) {
    for (const TypeName& one : kTypes) {
        if (one.type == type) return one.name;
    }
    return "string";
}

bool is_number(SettingType type) {
    return type >= SettingType::int8 && type <= SettingType::uint32;
}

Result<i64> setting_number(Bytes raw, bool is_signed) {
    const bool negative = is_signed && !raw.empty() && (raw[0] & 0x80) != 0;
    const u8 pad = negative ? 0xff : 0;
    while (raw.size() > 4) {
        if (raw[0] != pad) return Error::too_large;
        raw = raw.subspan(1);
    }
    i64 value = negative ? -1 : 0;
    for (u8 byte : raw) value = static_cast<i64>(static_cast<u64>(value) << 8 | byte);
    return value;
}

Result<i64> read_signed(StrView text) {
    const bool negative = text.starts_with("-");
    const std::optional<u64> magnitude = parse_number(text.substr(negative ? 1 : 0), 0);
    if (!magnitude || *magnitude > INT64_MAX) return Error::bad_format;
    const i64 value = static_cast<i64>(*magnitude);
    return negative ? -value : value;
}

Result<void> store_number(SettingType type, i64 value, Vector<u8>& raw) {
    const be32 bytes = static_cast<u32>(value);
    const Bytes all(reinterpret_cast<const u8*>(&bytes), sizeof(bytes));
    return append(raw, all.last(number_width(type)));
}

Result<void> print_setting(SettingType type, Bytes raw, String& out) {
    switch (type) {
        case SettingType::string:
            return out.append(text_of(raw));
        case SettingType::uristring:
            return print_uristring(text_of(raw), out);
        case SettingType::ipv4:
            return print_ipv4(raw, out);
        case SettingType::ipv6:
            return print_ipv6(raw, out);
        case SettingType::int8:
        case SettingType::int16:
        case SettingType::int32:
            return print_number(raw, true, out);
        case SettingType::uint8:
        case SettingType::uint16:
        case SettingType::uint32:
            return print_number(raw, false, out);
        case SettingType::hex:
            return print_hex(raw, ":", out);
        case SettingType::hexhyp:
            return print_hex(raw, "-", out);
        case SettingType::hexraw:
            return print_hex(raw, "", out);
        case SettingType::base64:
            return print_base64(raw, out);
        case SettingType::uuid:
        case SettingType::guid:
            return print_uuid(raw, type == SettingType::guid, out);
        case SettingType::busdevfn:
            return print_busdevfn(raw, out);
    }
    return Error::not_supported;
}

Result<void> read_setting(SettingType type, StrView text, Vector<u8>& raw) {
    switch (type) {
        case SettingType::string:
            return append(raw, text.bytes());
        case SettingType::uristring:
            return append(raw, TRY(proto::percent_decode(text)).view().bytes());
        case SettingType::ipv4:
            return read_ipv4(text, raw);
        case SettingType::ipv6:
            return read_ipv6(text, raw);
        case SettingType::int8:
        case SettingType::int16:
        case SettingType::int32:
        case SettingType::uint8:
        case SettingType::uint16:
        case SettingType::uint32:
            return store_number(type, TRY(read_signed(text)), raw);
        case SettingType::hex:
            return read_hex(text, ':', raw);
        case SettingType::hexhyp:
            return read_hex(text, '-', raw);
        case SettingType::hexraw:
            return read_hex(text, 0, raw);
        case SettingType::base64:
            return read_base64(text, raw);
        case SettingType::uuid:
        case SettingType::guid:
            return read_uuid(text, type == SettingType::guid, raw);
        case SettingType::busdevfn:
            return read_busdevfn(text, raw);
    }
    return Error::not_supported;
}

}  // namespace kedge::boot
