// SMBIOS: what the machine says it is. DMTF DSP0134 3.6, sections 5.2 (entry
// points), 6.1, 7.2, 7.4.
//
// Tables are firmware's, and firmware is as wrong as anybody: every length is checked.
#pragma once

#include "base/format.h"
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

/// What settings ask for.
class SmbiosInformation {
  public:
    /// Reads the structures; unknown and damaged ones are passed over.
    void parse(Bytes table, u16 version);

    /// In the byte order of the wire; all zero if unknown.
    const std::array<u8, 16>& uuid() const { return uuid_; }
    /// "manufacturer", "product", "serial", "asset"; printable ASCII, empty if unknown.
    StrView string(StrView setting) const;

  private:
    using String = Text<64>;

    std::array<u8, 16> uuid_{};
    String manufacturer_;
    String product_;
    String serial_;
    String asset_;
};

}  // namespace kedge::boot
