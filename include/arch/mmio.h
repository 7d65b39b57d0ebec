// Device registers in memory: each access is one access of exactly that width, in program order.
#pragma once

#include "base/types.h"

namespace kedge::arch {

u8 mmio_read8(const volatile u8* address);
u16 mmio_read16(const volatile u8* address);
u32 mmio_read32(const volatile u8* address);
void mmio_write8(volatile u8* address, u8 value);
void mmio_write16(volatile u8* address, u16 value);
void mmio_write32(volatile u8* address, u32 value);

}  // namespace kedge::arch
