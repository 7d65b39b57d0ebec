#include "boot/smbios.h"

#include "base/reader.h"

namespace kedge::boot {

namespace {

constexpr u8 kSystem = 1;
constexpr u8 kEnclosure = 3;
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

/// One structure: the formatted area and its strings, all inside the table.
struct Structure {
    u8 type = 0;
    Bytes formatted;
    Bytes strings;
};

std::optional<Structure> next_structure(Bytes& rest) {
    constexpr size_t kHeaderSize = 4;
    if (rest.size() < kHeaderSize) return std::nullopt;
    const size_t length = rest[1];
    if (length < kHeaderSize || length > rest.size()) return std::nullopt;
    Structure structure{rest[0], rest.first(length), {}};
    rest = rest.subspan(length);
    for (size_t i = 0; i + 1 < rest.size(); ++i) {
        if (rest[i] != 0 || rest[i + 1] != 0) continue;
        structure.strings = rest.first(i + 1);
        rest = rest.subspan(i + 2);
        return structure;
    }
    return std::nullopt;
}

/// String number `formatted[offset]`, counted from 1.
StrView string_of(const Structure& structure, size_t offset) {
    if (offset >= structure.formatted.size()) return {};
    Bytes rest = structure.strings;
    for (unsigned left = structure.formatted[offset]; left > 0; --left) {
        const StrView text = StrView::from(rest);
        const size_t end = text.find('\0');
        if (end == StrView::npos || end == 0) return {};
        if (left == 1) return text.first(end);
        rest = rest.subspan(end + 1);
    }
    return {};
}

template <size_t kSize>
void assign_printable(Text<kSize>& to, StrView text) {
    to.clear();
    for (const char c : text.trimmed()) {
        if (c >= ' ' && c <= '~') to.put({&c, 1});
    }
}

std::array<u8, 16> read_uuid(Bytes bytes, u16 version) {
    std::array<u8, 16> uuid{};
    copy_bytes(uuid, bytes);
    bool unset = true;  // all ones: not set but settable
    for (const u8 byte : uuid) unset = unset && byte == 0xff;
    if (unset) return {};
    if (version >= 0x0206) {  // the first three fields are little-endian since 2.6
        std::swap(uuid[0], uuid[3]);
        std::swap(uuid[1], uuid[2]);
        std::swap(uuid[4], uuid[5]);
        std::swap(uuid[6], uuid[7]);
    }
    return uuid;
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

void SmbiosInformation::parse(Bytes table, u16 version) {
    bool system_seen = false;
    bool enclosure_seen = false;
    while (const auto structure = next_structure(table)) {
        if (structure->type == kEndOfTable) return;
        if (structure->type == kSystem && !system_seen) {
            system_seen = true;
            assign_printable(manufacturer_, string_of(*structure, 4));
            assign_printable(product_, string_of(*structure, 5));
            assign_printable(serial_, string_of(*structure, 7));
            if (structure->formatted.size() >= 24) {
                uuid_ = read_uuid(structure->formatted.subspan(8, 16), version);
            }
        } else if (structure->type == kEnclosure && !enclosure_seen) {
            enclosure_seen = true;
            assign_printable(asset_, string_of(*structure, 8));
        }
    }
}

StrView SmbiosInformation::string(StrView setting) const {
    if (setting == "manufacturer") return manufacturer_;
    if (setting == "product") return product_;
    if (setting == "serial") return serial_;
    if (setting == "asset") return asset_;
    return {};
}

}  // namespace kedge::boot
