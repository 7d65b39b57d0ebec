// Region: registers behind a BAR, each access checked against its bounds.
#include "arch/mmio.h"
#include "arch/port.h"
#include "bus/pci.h"

namespace kedge::pci {

namespace {

constexpr u32 kPortSpace = 0x10000;

bool inside(u32 size, u32 offset, u32 width) { return width <= size && offset <= size - width; }

}  // namespace

Region Region::part(u32 offset, u32 size) const {
    if (size == 0 || !inside(size_, offset, size)) return {};
    if (memory_ != nullptr) return memory(memory_ + offset, size);
    if (port_ + offset >= kPortSpace || size > kPortSpace - port_ - offset) return {};
    return io(static_cast<u16>(port_ + offset), size);
}

u8 Region::read8(u32 offset) const {
    if (!inside(size_, offset, 1)) return 0xff;
    return memory_ != nullptr ? arch::mmio_read8(memory_ + offset)
                              : arch::in8(static_cast<u16>(port_ + offset));
}

u16 Region::read16(u32 offset) const {
    if (!inside(size_, offset, 2)) return 0xffff;
    return memory_ != nullptr ? arch::mmio_read16(memory_ + offset)
                              : arch::in16(static_cast<u16>(port_ + offset));
}

u32 Region::read32(u32 offset) const {
    if (!inside(size_, offset, 4)) return 0xffffffff;
    return memory_ != nullptr ? arch::mmio_read32(memory_ + offset)
                              : arch::in32(static_cast<u16>(port_ + offset));
}

void Region::write8(u32 offset, u8 value) const {
    if (!inside(size_, offset, 1)) return;
    if (memory_ != nullptr) return arch::mmio_write8(memory_ + offset, value);
    arch::out8(static_cast<u16>(port_ + offset), value);
}

void Region::write16(u32 offset, u16 value) const {
    if (!inside(size_, offset, 2)) return;
    if (memory_ != nullptr) return arch::mmio_write16(memory_ + offset, value);
    arch::out16(static_cast<u16>(port_ + offset), value);
}

void Region::write32(u32 offset, u32 value) const {
    if (!inside(size_, offset, 4)) return;
    if (memory_ != nullptr) return arch::mmio_write32(memory_ + offset, value);
    arch::out32(static_cast<u16>(port_ + offset), value);
}

}  // namespace kedge::pci
