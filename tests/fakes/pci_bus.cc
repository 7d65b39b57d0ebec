#include "fakes/pci_bus.h"

#include <stdexcept>

namespace kedge::fakes {

PciFunction::PciFunction(u16 vendor, u16 device, u32 class_code) {
    poke16(0, vendor);
    poke16(2, device);
    poke32(8, class_code << 8);
}

u32 PciFunction::read(u16 offset, u8 width) const {
    if (offset + width > 256) return 0xffffffff;
    u32 value = 0;
    for (u8 i = 0; i < width; ++i) value |= static_cast<u32>(bytes_[offset + i]) << (8 * i);
    return value;
}

void PciFunction::write(u16 offset, u8 width, u32 value) {
    if (offset == 4 && width == 2) {
        poke16(4, static_cast<u16>(value & 0x407));
        if (on_command) on_command();
        return;
    }
    if (offset >= 0x10 && offset < 0x28) {
        if (width != 4 || offset % 4 != 0) throw std::logic_error("pci: odd BAR access");
        const unsigned index = (offset - 0x10u) / 4;
        const bool io = (bar_flags_[index] & 1) != 0;
        const bool upper = index > 0 && (bar_flags_[index - 1] & 7) == 4;
        if (io ? decodes_io() : decodes_memory() || (upper && decodes_memory())) {
            sized_while_decoding = true;
        }
        poke32(offset, (value & bar_mask_[index]) | bar_flags_[index]);
        return;
    }
    if (offset < 0x40) return;
    for (u8 i = 0; i < width && offset + i < 256; ++i) {
        bytes_[offset + i] = static_cast<u8>(value >> (8 * i));
    }
}

void PciFunction::set_io_bar(unsigned index, u16 base, u32 size) {
    bar_flags_[index] = 1;
    bar_mask_[index] = ~(size - 1) & 0xfffc;  // 16 address bits, as on PCs
    poke32(static_cast<u16>(0x10 + 4 * index), base | 1u);
}

void PciFunction::set_memory_bar(unsigned index, u64 base, u64 size, bool wide) {
    const u64 mask = ~(size - 1) & ~u64{0xf};
    const u16 offset = static_cast<u16>(0x10 + 4 * index);
    bar_flags_[index] = wide ? 4 : 0;
    bar_mask_[index] = static_cast<u32>(mask);
    poke32(offset, static_cast<u32>(base) | bar_flags_[index]);
    if (!wide) return;
    bar_mask_[index + 1] = static_cast<u32>(mask >> 32);
    poke32(static_cast<u16>(offset + 4), static_cast<u32>(base >> 32));
}

u8 PciFunction::add_capability(u8 id, std::vector<u8> body) {
    const u8 at = next_capability_;
    poke16(6, static_cast<u16>(read(6, 2) | 0x10));
    poke8(last_capability_ == 0 ? 0x34 : static_cast<u16>(last_capability_ + 1), at);
    poke8(at, id);
    poke8(static_cast<u16>(at + 1), 0);
    for (size_t i = 0; i < body.size(); ++i) poke8(static_cast<u16>(at + 2 + i), body[i]);
    last_capability_ = at;
    next_capability_ = static_cast<u8>(align_up(at + 2 + body.size(), 4));
    return at;
}

PciFunction* PciBus::find(pci::Address address) {
    for (auto& [at, function] : functions_) {
        if (at == address) return function;
    }
    return nullptr;
}

u32 PciBus::read(pci::Address address, u16 offset, u8 width) {
    ++accesses;
    PciFunction* const function = find(address);
    return function != nullptr ? function->read(offset, width) : 0xffffffff;
}

void PciBus::write(pci::Address address, u16 offset, u8 width, u32 value) {
    ++accesses;
    PciFunction* const function = find(address);
    if (function != nullptr) function->write(offset, width, value);
}

Result<volatile u8*> MmioMapper::map(u64 physical, size_t size) {
    if (out_of_memory) return Error::no_memory;
    auto found = windows_.upper_bound(physical);
    if (found == windows_.begin()) throw std::logic_error("mmio: nothing there");
    --found;
    const u64 offset = physical - found->first;
    if (offset + size > found->second->size()) throw std::logic_error("mmio: beyond the device");
    ++mapped;
    return found->second->base() + offset;
}

}  // namespace kedge::fakes
