// The structures by which a PXE stack is found. Preboot Execution Environment 2.1, section 4.4.
#pragma once

#include "base/types.h"

namespace kedge::bios {

/// A pointer of real mode: segment in the upper half.
constexpr u32 linear(u32 far) { return (far >> 16) * 16 + (far & 0xffff); }

/// Far pointer to the entry point of the stack whose !PXE or PXENV+ structure `structure` (a far
/// pointer) points to; 0 if there is none, or a damaged one. `memory` is what real mode sees, from
/// address 0 on.
u32 find_pxe_entry(Bytes memory, u32 structure);

}  // namespace kedge::bios
