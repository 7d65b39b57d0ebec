// The little of ACPI that switching a machine off takes. ACPI Specification 6.5: sections 5.2.5
// (RSDP), 5.2.7 (RSDT), 5.2.9 (FADT), 7.4.2 (\_Sx), 20.2 (AML encoding), 4.8.3.2 (PM1 control).
#pragma once

#include <optional>

#include "base/types.h"

namespace kedge::boot {

/// Physical address of the RSDT from the RSDP on a 16-byte boundary of `area`; 0 if there is none.
u32 find_rsdt(Bytes area);

/// Length and checksum of a table right?
bool is_acpi_table(Bytes table, const char (&signature)[5]);

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
