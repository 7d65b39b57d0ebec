// What DHCP servers are told about us.
#pragma once

#include "base/str.h"

namespace kedge::proto {

/// Who we are, for options 60, 93, 94, 97 and 175.
struct DhcpIdentity {
    u16 architecture = 0;             // RFC 4578 section 2.1: 0 BIOS, 7 UEFI x86-64
    std::array<u8, 2> ndi_version{};  // UNDI version: 2,1 for BIOS, 3,10 for UEFI
    std::array<u8, 16> uuid{};        // all zero: option 97 is left out
    u8 bus_type = 0;                  // option 175.177, 0: left out; 1 PCI
    u16 bus_vendor = 0;
    u16 bus_device = 0;
    StrView user_class = "iPXE";  // option 77; borrowed
    StrView vendor_class;         // option 60; empty: PXEClient with the numbers above; borrowed
};

}  // namespace kedge::proto
