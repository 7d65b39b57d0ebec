#include "boot/smbios.h"

#include "base/reader.h"

namespace kedge::boot {

namespace {

constexpr u8 kSystem = 1;
constexpr u8 kEndOfTable = 127;

bool sums_to_zero(Bytes bytes) {
    u8 sum = 0;
    for (const u8 byte : bytes) sum = static_cast<u8>(sum + byte);
    return sum == 0;
}

std::optional<SmbiosEntryPoint> parse_64(Bytes at) {
    if (at.size() < 24 || StrView::from(at.first(5)) != "_SM3_") return std::nullopt;
    const size_t length = at[6];
    if (length < 24 || length > at.size() || !sums_to_zero(at.first(length))) return std::nullopt;
    return SmbiosEntryPoint{load_le<u64>(at.subspan(16)), load_le<u32>(at.subspan(12)),
                            static_cast<u16>(at[7] << 8 | at[8])};
}

std::optional<SmbiosEntryPoint> parse_32(Bytes at) {
    if (at.size() < 31 || StrView::from(at.first(4)) != "_SM_") return std::nullopt;
    const size_t length = at[5] == 30 ? 31 : at[5];  // 2.1 says 30 and means 31
    if (length < 31 || length > at.size() || !sums_to_zero(at.first(length))) return std::nullopt;
    if (StrView::from(at.subspan(16, 5)) != "_DMI_") return std::nullopt;
    return SmbiosEntryPoint{load_le<u32>(at.subspan(24)), load_le<u16>(at.subspan(22)),
                            static_cast<u16>(at[6] << 8 | at[7])};
}

std::optional<SmbiosStructure> next_structure(Bytes& rest) {
    constexpr size_t kHeaderSize = 4;
    if (rest.size() < kHeaderSize) return std::nullopt;
    const size_t length = rest[1];
    if (length < kHeaderSize || length > rest.size()) return std::nullopt;
    SmbiosStructure structure{rest[0], rest.first(length), {}};
    rest = rest.subspan(length);
    for (size_t i = 0; i + 1 < rest.size(); ++i) {
        if (rest[i] != 0 || rest[i + 1] != 0) continue;
        structure.strings = rest.first(i + 1);
        rest = rest.subspan(i + 2);
        return structure;
    }
    return std::nullopt;
}

}  // namespace

std::optional<SmbiosEntryPoint> find_smbios_entry(Bytes area) {
    for (const auto parse : {parse_64, parse_32}) {
        for (size_t at = 0; at < area.size(); at += 16) {
            const auto found = parse(area.subspan(at));
            if (found.has_value() && found->table != 0) return found;
        }
    }
    return std::nullopt;
}

StrView SmbiosStructure::string(unsigned index) const {
    Bytes rest = strings;
    for (; index > 0; --index) {
        const StrView text = StrView::from(rest);
        const size_t end = text.find('\0');
        if (end == StrView::npos || end == 0) return {};
        if (index == 1) return text.first(end).trimmed();
        rest = rest.subspan(end + 1);
    }
    return {};
}

std::optional<SmbiosStructure> find_smbios_structure(Bytes table, u8 type, unsigned instance) {
    while (const auto structure = next_structure(table)) {
        if (structure->type == type && instance-- == 0) return structure;
        if (structure->type == kEndOfTable) break;
    }
    return std::nullopt;
}

std::array<u8, 16> swap_smbios_uuid(Bytes bytes, u16 version) {
    std::array<u8, 16> uuid{};
    copy_bytes(uuid, bytes);
    if (version >= 0x0206) {
        std::swap(uuid[0], uuid[3]);
        std::swap(uuid[1], uuid[2]);
        std::swap(uuid[4], uuid[5]);
        std::swap(uuid[6], uuid[7]);
    }
    return uuid;
}

std::array<u8, 16> smbios_uuid(Bytes table, u16 version) {
    constexpr size_t kOffset = 8;
    const auto system = find_smbios_structure(table, kSystem, 0);
    if (!system || system->formatted.size() < kOffset + 16) return {};
    const Bytes uuid = system->formatted.subspan(kOffset, 16);
    bool unset = true;  // all ones: not set but settable
    for (const u8 byte : uuid) unset = unset && byte == 0xff;
    return unset ? std::array<u8, 16>{} : swap_smbios_uuid(uuid, version);
}

}  // namespace kedge::boot
