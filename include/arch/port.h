// x86 I/O ports. arch/x86_64 executes the instructions; arch/host asks a model that a test
// installs.
#pragma once

#include "base/types.h"

namespace kedge::arch {

u8 in8(u16 port);
u16 in16(u16 port);
u32 in32(u16 port);
void out8(u16 port, u8 value);
void out16(u16 port, u16 value);
void out32(u16 port, u32 value);

}  // namespace kedge::arch
