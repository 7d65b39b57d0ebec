// One mov each, written in assembly so that the compiler neither splits nor joins accesses, and so
// that a hypervisor that decodes them finds plain instructions.

#include "arch/mmio.h"

namespace kedge::arch {

u8 mmio_read8(const volatile u8* address) {
    u8 value;
    asm volatile("movb (%1), %0" : "=q"(value) : "r"(address) : "memory");
    return value;
}

u16 mmio_read16(const volatile u8* address) {
    u16 value;
    asm volatile("movw (%1), %0" : "=r"(value) : "r"(address) : "memory");
    return value;
}

u32 mmio_read32(const volatile u8* address) {
    u32 value;
    asm volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
    return value;
}

void mmio_write8(volatile u8* address, u8 value) {
    asm volatile("movb %0, (%1)" : : "q"(value), "r"(address) : "memory");
}

void mmio_write16(volatile u8* address, u16 value) {
    asm volatile("movw %0, (%1)" : : "r"(value), "r"(address) : "memory");
}

void mmio_write32(volatile u8* address, u32 value) {
    asm volatile("movl %0, (%1)" : : "r"(value), "r"(address) : "memory");
}

}  // namespace kedge::arch
