// The little of ACPI that switching a machine off and looking at its tables take. ACPI
// Specification 6.5: sections 5.2.5 (RSDP), 5.2.7 (RSDT), 5.2.8 (XSDT), 5.2.9 (FADT), 7.4.2
// (\_Sx), 20.2 (AML encoding), 4.8.3.2 (PM1 control).
#pragma once

#include <optional>

#include "base/types.h"

namespace kedge::boot {

/// Physical addresses of the lists of tables; 0 where there is none.
struct AcpiRoot {
    u32 rsdt = 0;
    u64 xsdt = 0;
};

/// From the RSDP on a 16-byte boundary of `area`.
AcpiRoot find_acpi_root(Bytes area);

/// "FACP" as a number, as scripts write it.
constexpr u32 acpi_signature(const char (&text)[5]) {
    u32 signature = 0;
    for (int i = 0; i < 4; ++i) signature = signature << 8 | static_cast<u8>(text[i]);
    return signature;
}

/// Length and checksum of a table right?
bool is_acpi_table(Bytes table, u32 signature);

/// Physical memory, or nothing where it cannot be reached.
using ReadMemory = Bytes (*)(u64 address, u64 size);

/// Table number `index` of those with that signature; the DSDT is found by way of the FADT. Empty
/// if there is none or its checksum is wrong.
Bytes find_acpi_table(const AcpiRoot& root, ReadMemory read, u32 signature, unsigned index);

/// Fields of the FADT.
struct Fadt {
    u32 dsdt = 0;
    u32 smi_command = 0;
    u8 acpi_enable = 0;
    u32 pm1a_control = 0;  // I/O port
    u32 pm1b_control = 0;  // 0: none
};
std::optional<Fadt> parse_fadt(Bytes table);

/// What to write to SLP_TYP of PM1a and PM1b for soft-off.
struct SleepTypes {
    u8 pm1a = 0;
    u8 pm1b = 0;
};

/// Looks for the package named _S5_ in a DSDT or SSDT without interpreting the rest.
std::optional<SleepTypes> find_soft_off(Bytes aml);

}  // namespace kedge::boot
