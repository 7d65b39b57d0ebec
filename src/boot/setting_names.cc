// The settings that have a meaning of their own: name, DHCP option, type.
#include "src/boot/settings.h"

namespace kedge::boot {
namespace {

struct Predefined {
    const char* name;
    u32 tag;
    SettingType type;
};

/// An option inside option 175, iPXE's encapsulated options.
constexpr u32 encapsulated(u8 number) { return 175u << 8 | number; }

constexpr Predefined kPredefined[] = {
    // RFC 2132 and its followers
    {"netmask", 1, SettingType::ipv4},
    {"gateway", 3, SettingType::ipv4},
    {"dns", 6, SettingType::ipv4},
    {"syslog", 7, SettingType::ipv4},
    {"hostname", 12, SettingType::string},
    {"domain", 15, SettingType::string},
    {"root-path", 17, SettingType::string},
    {"mtu", 26, SettingType::uint16},
    {"ntp", 42, SettingType::ipv4},
    {"dhcp-server", 54, SettingType::ipv4},
    {"vendor-class", 60, SettingType::string},
    {"filename", 67, SettingType::string},
    {"user-class", 77, SettingType::string},
    {"dnssl", 119, SettingType::string},
    {"static-routes", 121, SettingType::hex},
    {"initiator-iqn", 203, SettingType::string},
    // Inside option 175
    {"priority", encapsulated(0x01), SettingType::int8},
    {"ip", encapsulated(0x02), SettingType::ipv4},           // yiaddr
    {"next-server", encapsulated(0x03), SettingType::ipv4},  // siaddr
    {"keep-san", encapsulated(0x08), SettingType::int8},
    {"skip-san-boot", encapsulated(0x09), SettingType::int8},
    {"scriptlet", encapsulated(0x51), SettingType::string},
    {"syslogs", encapsulated(0x55), SettingType::string},
    {"trust", encapsulated(0x5a), SettingType::hex},
    {"cert", encapsulated(0x5b), SettingType::hex},
    {"privkey", encapsulated(0x5c), SettingType::hex},
    {"crosscert", encapsulated(0x5d), SettingType::string},
    {"no-pxedhcp", encapsulated(0xb0), SettingType::uint8},
    {"busid", encapsulated(0xb1), SettingType::hex},
    {"use-cached", encapsulated(0xb2), SettingType::uint8},
    {"san-retries", encapsulated(0xbb), SettingType::int8},
    {"san-filename", encapsulated(0xbc), SettingType::string},
    {"san-drive", encapsulated(0xbd), SettingType::uint8},
    {"username", encapsulated(0xbe), SettingType::string},
    {"password", encapsulated(0xbf), SettingType::string},
    {"reverse-username", encapsulated(0xc0), SettingType::string},
    {"reverse-password", encapsulated(0xc1), SettingType::string},
    {"uid", encapsulated(0xc2), SettingType::uint32},
    {"gid", encapsulated(0xc3), SettingType::uint32},
    // Without an option
    {"uuid", 0, SettingType::uuid},
    {"mac", 0, SettingType::hex},
    {"hwaddr", 0, SettingType::hex},
    {"busloc", 0, SettingType::uint32},
    {"errno", 0, SettingType::uint32},
    {"unixtime", 0, SettingType::uint32},
    {"memsize", 0, SettingType::int32},
    {"ip6", 0, SettingType::ipv6},
    {"gateway6", 0, SettingType::ipv6},
    {"dns6", 0, SettingType::ipv6},
    {"syslog6", 0, SettingType::ipv6},
    {"len6", 0, SettingType::uint8},
    {"dnssl", 0, SettingType::string},
    {"sysmac", 0, SettingType::hex},
};

/// "67", "0x43", "175.189": the bytes of a tag; nothing if the name is no number.
std::optional<u64> parse_tag(StrView name) {
    u64 tag = 0;
    while (true) {
        const size_t dot = name.find('.');
        const std::optional<u64> number = parse_number(name.first(dot), 0);
        if (!number) return std::nullopt;
        // A part may be wider than a byte, and what is shifted out is gone: both as in iPXE.
        tag = tag << 8 | *number;
        if (dot == StrView::npos) return tag;
        name = name.substr(dot + 1);
    }
}

SettingKey find_key(StrView name, u64 tag) {
    for (const Predefined& one : kPredefined) {
        if (name == one.name || (tag != 0 && tag == one.tag)) {
            return {.name = one.name, .tag = one.tag, .type = one.type};
        }
    }
    return {.name = name, .tag = tag};
}

}  // namespace

SettingKey SettingKey::of(StrView name) { return find_key(name, parse_tag(name).value_or(0)); }

SettingKey SettingKey::of_numbered(StrView name) {
    const std::optional<u64> tag = parse_tag(name);
    return tag ? SettingKey{.name = name, .tag = *tag, .numbered = true} : find_key(name, 0);
}

StrView predefined_setting(size_t index) {
    return index < std::size(kPredefined) ? kPredefined[index].name : StrView();
}

bool is_predefined(StrView name) {
    for (const Predefined& one : kPredefined) {
        if (name == one.name) return true;
    }
    return false;
}

bool SettingKey::same_as(const SettingKey& other) const {
    if (tag != 0 && tag == other.tag) return true;
    return !name.empty() && name == other.name;
}

}  // namespace kedge::boot
