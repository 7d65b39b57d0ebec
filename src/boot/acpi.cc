#include "boot/acpi.h"

#include "base/reader.h"
#include "base/str.h"

namespace kedge::boot {

namespace {

constexpr size_t kTableHeader = 36;

bool sums_to_zero(Bytes bytes) {
    u8 sum = 0;
    for (const u8 byte : bytes) sum = static_cast<u8>(sum + byte);
    return sum == 0;
}

/// A whole table; empty if it is none.
Bytes read_table(ReadMemory read, u64 address, u32 signature) {
    constexpr u32 kMaxSize = 4 << 20;
    if (address == 0) return {};
    const Bytes header = read(address, kTableHeader);
    if (header.size() < kTableHeader) return {};
    const u32 length = load_le<u32>(header.subspan(4));
    if (length < kTableHeader || length > kMaxSize) return {};
    const Bytes table = read(address, length);
    return is_acpi_table(table, signature) ? table : Bytes();
}

/// A small integer constant of AML; nothing for anything else.
std::optional<u8> read_constant(Reader& reader) {
    constexpr u8 kBytePrefix = 0x0a;
    constexpr u8 kWordPrefix = 0x0b;
    constexpr u8 kDwordPrefix = 0x0c;
    const u8 code = reader.u8_();
    if (!reader.ok()) return std::nullopt;
    if (code <= 1) return code;  // ZeroOp, OneOp
    u32 value = 0;
    if (code == kBytePrefix) {
        value = reader.u8_();
    } else if (code == kWordPrefix) {
        value = reader.le16_();
    } else if (code == kDwordPrefix) {
        value = reader.le32_();
    } else {
        return std::nullopt;
    }
    if (!reader.ok()) return std::nullopt;
    return static_cast<u8>(value & 7);
}

/// What follows the name _S5_.
std::optional<SleepTypes> parse_package(Bytes bytes) {
    constexpr u8 kPackage = 0x12;
    Reader reader(bytes);
    if (reader.u8_() != kPackage) return std::nullopt;
    reader.skip(reader.u8_() >> 6);  // the rest of the package length
    const u8 elements = reader.u8_();
    if (!reader.ok() || elements == 0) return std::nullopt;
    const auto first = read_constant(reader);
    if (!first.has_value()) return std::nullopt;
    const auto second = elements > 1 ? read_constant(reader) : std::optional<u8>(0);
    if (!second.has_value()) return std::nullopt;
    return SleepTypes{*first, *second};
}

}  // namespace

AcpiRoot find_acpi_root(Bytes area) {
    constexpr size_t kSize = 20;
    constexpr size_t kExtendedSize = 36;
    for (size_t at = 0; at + kSize <= area.size(); at += 16) {
        const Bytes rsdp = area.subspan(at);
        if (StrView::from(rsdp.first(8)) != "RSD PTR ") continue;
        if (!sums_to_zero(rsdp.first(kSize))) continue;
        const bool extended = rsdp[15] >= 2 && rsdp.size() >= kExtendedSize &&
                              sums_to_zero(rsdp.first(kExtendedSize));
        return {load_le<u32>(rsdp.subspan(16)), extended ? load_le<u64>(rsdp.subspan(24)) : 0};
    }
    return {};
}

bool is_acpi_table(Bytes table, u32 signature) {
    if (table.size() < kTableHeader || load_be<u32>(table) != signature) return false;
    const u32 length = load_le<u32>(table.subspan(4));
    return length >= kTableHeader && length <= table.size() && sums_to_zero(table.first(length));
}

Bytes find_acpi_table(const AcpiRoot& root, ReadMemory read, u32 signature, unsigned index) {
    size_t step = 8;
    Bytes list = read_table(read, root.xsdt, acpi_signature("XSDT"));
    if (list.empty()) {
        step = 4;
        list = read_table(read, root.rsdt, acpi_signature("RSDT"));
    }
    const bool dsdt = signature == acpi_signature("DSDT");
    const u32 listed = dsdt ? acpi_signature("FACP") : signature;
    for (size_t at = kTableHeader; at + step <= list.size(); at += step) {
        const Bytes entry = list.subspan(at);
        const Bytes table =
            read_table(read, step == 8 ? load_le<u64>(entry) : load_le<u32>(entry), listed);
        if (table.empty() || index-- != 0) continue;
        if (!dsdt) return table;
        const auto fadt = parse_fadt(table);
        return fadt ? read_table(read, fadt->dsdt, signature) : Bytes();
    }
    return {};
}

std::optional<Fadt> parse_fadt(Bytes table) {
    if (!is_acpi_table(table, acpi_signature("FACP"))) return std::nullopt;
    Reader reader(table.first(load_le<u32>(table.subspan(4))));
    reader.skip(40);
    Fadt fadt;
    fadt.dsdt = reader.le32_();
    reader.skip(4);
    fadt.smi_command = reader.le32_();
    fadt.acpi_enable = reader.u8_();
    reader.skip(11);
    fadt.pm1a_control = reader.le32_();
    fadt.pm1b_control = reader.le32_();
    if (!reader.ok()) return std::nullopt;
    return fadt;
}

std::optional<SleepTypes> find_soft_off(Bytes aml) {
    constexpr u8 kName = 0x08;
    for (size_t at = 1; at + 4 < aml.size(); ++at) {
        if (aml[at] != '_' || StrView::from(aml.subspan(at, 4)) != "_S5_") continue;
        const bool named =
            aml[at - 1] == kName || (at >= 2 && aml[at - 1] == '\\' && aml[at - 2] == kName);
        if (!named) continue;
        const auto found = parse_package(aml.subspan(at + 4));
        if (found.has_value()) return found;
    }
    return std::nullopt;
}

}  // namespace kedge::boot
