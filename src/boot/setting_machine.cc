// What the machine says about itself: the blocks smbios, cpuid, acpi and memmap. The numbers are
// iPXE's, so that scripts which spell them out find the same bytes.
#include "base/reader.h"
#include "boot/acpi.h"
#include "boot/smbios.h"
#include "src/boot/setting_sources.h"

namespace kedge::boot {
namespace {

using Part = MachineSettings::Part;
using System = platform::System;

struct Named {
    const char* name;
    Part part;
    u32 number;
};

constexpr u32 smbios_string(u8 type, u8 offset) { return u32{type} << 16 | u32{offset} << 8; }

// CPUID numbers, from the top: functions less one, little-endian, registers less one, the registers
// in two bits each, the function.
constexpr u32 kCpuLittleEndian = 1u << 23;
constexpr u32 kCpuSubfunction = 1u << 22;
constexpr u32 kCpuVendor = kCpuLittleEndian | 2u << 16 | 0b10'11'01u << 8;
constexpr u32 kCpuModel =
    1u << 31 | 2u << 24 | kCpuLittleEndian | 3u << 16 | 0b11'10'01'00u << 8 | 2;

constexpr Named kNamed[] = {
    {"manufacturer", Part::smbios, smbios_string(1, 4)},
    {"product", Part::smbios, smbios_string(1, 5)},
    {"serial", Part::smbios, smbios_string(1, 7)},
    {"asset", Part::smbios, smbios_string(3, 8)},
    {"board-serial", Part::smbios, smbios_string(2, 7)},
    {"cpuvendor", Part::cpuid, kCpuVendor},
    {"cpumodel", Part::cpuid, kCpuModel},
};

/// [instance.]type.offset.length; length 0: the byte at the offset is a string's number; offset 0:
/// the length is.
Result<void> fetch_smbios(const System& system, u32 number, const SettingKey& key,
                          SettingValue& value) {
    const System::Smbios smbios = system.smbios();
    const auto structure =
        find_smbios_structure(smbios.structures, static_cast<u8>(number >> 16), number >> 24);
    if (!structure) return Error::not_found;
    const size_t offset = number >> 8 & 0xff;
    const size_t length = number & 0xff;
    if (offset == 0 || length == 0) {
        const StrView text =
            offset == 0 ? structure->string(number & 0xff) : structure->string_at(offset);
        if (text.empty()) return Error::not_found;
        value.type = SettingType::string;
        for (char c : text) {
            if (c >= ' ' && c <= '~') TRY(value.bytes.push_back(static_cast<u8>(c)));
        }
        return {};
    }
    if (offset + length > structure->formatted.size()) return Error::not_found;
    const Bytes bytes = structure->formatted.subspan(offset, length);
    const bool uuid = key.type == SettingType::uuid || key.type == SettingType::guid;
    if (!uuid || length != 16) return value.assign(bytes, SettingType::hex);
    return value.assign(swap_smbios_uuid(bytes, smbios.version), SettingType::uuid);
}

Result<void> append(SettingValue& value, u64 number, size_t width, bool little_endian) {
    for (size_t i = 0; i < width; ++i) {
        const size_t shift = 8 * (little_endian ? i : width - 1 - i);
        TRY(value.bytes.push_back(static_cast<u8>(number >> shift)));
    }
    return {};
}

Result<void> fetch_cpuid(const System& system, u32 number, const SettingKey& key,
                         SettingValue& value) {
    constexpr u32 kExtended = 1u << 31;
    const u32 upper = number >> 24 & 0x7f;
    const bool with_subfunction = (number & kCpuSubfunction) != 0;
    const u32 last = system.cpuid(number & kExtended, 0)[0];
    const u32 count = with_subfunction ? 1 : upper + 1;
    value.type = key.numbered ? SettingType::hexraw : SettingType::string;
    for (u32 i = 0; i < count; ++i) {
        const u32 function = (number & (kExtended | 0xff)) + i;
        if (function > last) return Error::not_found;
        const auto registers = system.cpuid(function, with_subfunction ? upper : 0);
        for (u32 at = 0; at <= (number >> 16 & 3); ++at) {
            const u32 which = number >> (8 + 2 * at) & 3;
            TRY(append(value, registers[which], 4, (number & kCpuLittleEndian) != 0));
        }
    }
    return {};
}

/// signature.index.0.offset.length; length 0: to the end. Numbers are little-endian there.
Result<void> fetch_acpi(const System& system, u64 number, const SettingKey& key,
                        SettingValue& value) {
    Bytes bytes = system.acpi_table(static_cast<u32>(number >> 32), number >> 24 & 0xff);
    const size_t offset = number >> 8 & 0xffff;
    const size_t length = number & 0xff;
    if (bytes.empty() || offset > bytes.size()) return Error::not_found;
    bytes = bytes.subspan(offset);
    if (length != 0) bytes = bytes.first(min(length, bytes.size()));
    TRY(value.assign(bytes, SettingType::hexraw));
    if (!key.type || !is_number(*key.type)) return {};
    const std::span<u8> all = value.bytes.span();
    for (size_t i = 0; i < all.size() / 2; ++i) std::swap(all[i], all[all.size() - 1 - i]);
    return {};
}

/// From the top: regions less one, first region, flags (ignore missing, length, start), shift.
Result<void> fetch_memory_map(const System& system, u32 number, SettingValue& value) {
    constexpr u32 kIgnoreMissing = 1u << 10;
    constexpr u32 kLength = 1u << 9;
    constexpr u32 kStart = 1u << 8;
    u64 sum = 0;
    for (u32 i = 0; i <= number >> 24; ++i) {
        const auto region = system.memory_region((number >> 16 & 0xff) + i);
        if (!region && (number & kIgnoreMissing) == 0) return Error::not_found;
        if (!region) break;
        if ((number & kStart) != 0) sum += region->begin;
        if ((number & kLength) != 0) sum += region->end - region->begin;
    }
    value.type = SettingType::hexraw;
    return append(value, sum >> (number & 0x3f), 8, false);
}

/// The address that some machines keep for a network card in the dock: text in the AML of DSDT or
/// SSDTs, "_AUXMAC_#525400123456#".
Result<void> fetch_system_mac(const System& system, SettingValue& value) {
    constexpr size_t kPrefix = 9;
    constexpr size_t kDigits = 12;
    constexpr unsigned kMaxTables = 64;
    for (unsigned i = 0; i < kMaxTables; ++i) {
        const Bytes table = i == 0 ? system.acpi_table(acpi_signature("DSDT"), 0)
                                   : system.acpi_table(acpi_signature("SSDT"), i - 1);
        if (table.empty() && i != 0) break;
        const StrView text = StrView::from(table);
        for (StrView prefix : {"_AUXMAC_#", "_RTXMAC_#"}) {
            const size_t at = text.find(prefix);
            if (at == StrView::npos || text.substr(at + kPrefix + kDigits, 1) != "#") continue;
            value.type = SettingType::hex;
            return read_setting(SettingType::hexraw, text.substr(at + kPrefix, kDigits),
                                value.bytes);
        }
    }
    return Error::not_found;
}

}  // namespace

Result<void> MachineSettings::fetch(const SettingKey& key, SettingValue& value) const {
    value.bytes.clear();
    u64 number = key.tag;
    if (!key.numbered) {
        if (part_ == Part::smbios && key.name == "uuid") {
            const std::array<u8, 16> uuid = system_.uuid();
            if (uuid == std::array<u8, 16>{}) return Error::not_found;
            return value.assign(uuid, SettingType::uuid);
        }
        if (part_ == Part::acpi && key.name == "sysmac") return fetch_system_mac(system_, value);
        const Named* named = nullptr;
        for (const Named& one : kNamed) {
            if (one.part == part_ && key.name == one.name) named = &one;
        }
        if (named == nullptr) return Error::not_found;
        number = named->number;
    }
    const u32 low = static_cast<u32>(number);
    switch (part_) {
        case Part::smbios:
            return fetch_smbios(system_, low, key, value);
        case Part::cpuid:
            return fetch_cpuid(system_, low, key, value);
        case Part::acpi:
            return fetch_acpi(system_, number, key, value);
        case Part::memmap:
            return fetch_memory_map(system_, low, value);
    }
    return Error::not_found;
}

}  // namespace kedge::boot
