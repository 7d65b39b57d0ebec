// SMBIOS: what the machine says it is. DMTF DSP0134 3.6, sections 5.2 (entry
// points), 6.1, 7.2.
//
// Tables are firmware's, and firmware is as wrong as anybody: every length is checked.
#pragma once

#include "base/str.h"
#include "base/types.h"

namespace kedge::boot {

struct SmbiosEntryPoint {
    u64 table = 0;    // physical address
    u32 size = 0;     // at most
    u16 version = 0;  // 0x0206 is 2.6
};

/// Finds an entry point on a 16-byte boundary with the right checksum, the 64-bit one ("_SM3_")
/// before the older ("_SM_"). `area` is F0000 to FFFFF of a BIOS machine, or just the structure a
/// UEFI configuration table points to.
std::optional<SmbiosEntryPoint> find_smbios_entry(Bytes area);

/// One structure: the formatted area and its strings, all inside the table.
struct SmbiosStructure {
    u8 type = 0;
    Bytes formatted;
    Bytes strings;

    /// String number `index`, counted from 1, without white space at its ends; empty if unknown.
    StrView string(unsigned index) const;
    /// The string whose number is in the byte at `offset`.
    StrView string_at(size_t offset) const {
        return offset < formatted.size() ? string(formatted[offset]) : StrView();
    }
};

/// Structure number `instance`, from 0, of those of a type. What lies behind a damaged structure is
/// not found.
std::optional<SmbiosStructure> find_smbios_structure(Bytes table, u8 type, unsigned instance);

/// A UUID as `version` keeps it in the byte order of the wire, and back: the first three fields are
/// little-endian since 2.6.
std::array<u8, 16> swap_smbios_uuid(Bytes bytes, u16 version);

/// The system's UUID in the byte order of the wire; all zero if nobody has set it.
std::array<u8, 16> smbios_uuid(Bytes table, u16 version);

}  // namespace kedge::boot
