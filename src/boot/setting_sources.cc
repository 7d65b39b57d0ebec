#include "src/boot/setting_sources.h"

#include "src/boot/session.h"

namespace kedge::boot {
namespace {

Result<void> assign_text(SettingValue& value, StrView text) {
    if (text.empty()) return Error::not_found;
    return value.assign(text.bytes(), SettingType::string);
}

Result<void> assign_number(SettingValue& value, SettingType type, i64 number) {
    value.bytes.clear();
    value.type = type;
    return store_number(type, number, value.bytes);
}

/// "PCI 0000:00:03.0" as a number: segment, bus, device and function.
std::optional<u32> pci_location(StrView location) {
    if (!location.starts_with("PCI ")) return std::nullopt;
    const StrView where = location.substr(4);
    const std::optional<u64> segment = parse_number(where.first(4), 16);
    const std::optional<u64> bus = parse_number(where.substr(5, 2), 16);
    const std::optional<u64> device = parse_number(where.substr(8, 2), 16);
    const std::optional<u64> function = parse_number(where.substr(11), 16);
    if (!segment || !bus || !device || !function || *device > 31 || *function > 7) {
        return std::nullopt;
    }
    return static_cast<u32>(*segment << 16 | *bus << 8 | *device << 3 | *function);
}

}  // namespace

Result<void> CardSettings::fetch(const SettingKey& key, SettingValue& value) const {
    const net::NetDevice& device = interface_.device();
    const StrView location = device.location();
    if (key.name == "mac" || key.name == "hwaddr") {
        return value.assign(interface_.mac().bytes, SettingType::hex);
    }
    if (key.name == "ifname") return assign_text(value, interface_.name());
    if (key.name == "chip") return assign_text(value, device.chip());
    if (key.name == "linktype") return assign_text(value, "Ethernet");
    if (key.name == "bustype") return assign_text(value, location.first(location.find(' ')));
    if (key.name == "mtu") return assign_number(value, SettingType::uint16, interface_.mtu());
    if (key.name == "busid" && device.bus_id() != 0) {
        std::array<u8, 5> id{1};  // PCI; iPXE's form: its type, vendor, device
        store_be<u32>(MutableBytes(id).subspan(1), device.bus_id());
        return value.assign(id, SettingType::hex);
    }
    if (key.name == "busloc") {
        const std::optional<u32> where = pci_location(location);
        if (where) return assign_number(value, SettingType::uint32, *where);
    }
    return Error::not_found;
}

Result<void> BuiltInSettings::fetch(const SettingKey& key, SettingValue& value) const {
    platform::System& system = session_.context.system;
    if (key.name == "errno") {
        return assign_number(value, SettingType::uint32, static_cast<i64>(session_.last_error));
    }
    if (key.name == "version") return assign_text(value, KEDGE_VERSION);
    if (key.name == "buildarch") return assign_text(value, "x86_64");
    if (key.name == "platform") {
        const bool efi = system.firmware() == platform::Firmware::efi;
        return assign_text(value, efi ? "efi" : "pcbios");
    }
    if (key.name == "unixtime") {
        return assign_number(value, SettingType::uint32,
                             static_cast<i64>(session_.wall_clock.unix_time()));
    }
    if (key.name == "memsize") {
        return assign_number(value, SettingType::int32,
                             static_cast<i64>(system.memory_size() >> 20));
    }
    const StrView cwuri = session_.cwuri;
    if (key.name == "cwuri") return assign_text(value, cwuri);
    if (key.name == "cwduri") {
        const size_t slash = cwuri.first(min(cwuri.find('?'), cwuri.find('#'))).rfind('/');
        return assign_text(value, slash == StrView::npos ? StrView() : cwuri.first(slash + 1));
    }
    return Error::not_found;
}

}  // namespace kedge::boot
