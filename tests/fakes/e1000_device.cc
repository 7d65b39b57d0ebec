#include "fakes/e1000_device.h"

namespace kedge::fakes {

namespace {

constexpr u32 kCtrl = 0x0000, kStatus = 0x0008, kEerd = 0x0014, kIms = 0x00d0, kRctl = 0x0100;
constexpr u32 kTctl = 0x0400, kReceive = 0x2800, kTransmit = 0x3800, kRal = 0x5400, kRah = 0x5404;
constexpr u32 kHead = 0x10, kTail = 0x18;
constexpr u32 kEnable = 1 << 1, kReset = 1 << 26;

}  // namespace

E1000Device::E1000Device(Dma& dma, PciBus& bus, MmioMapper& mapper, E1000Options its_options)
    : function(0x8086, its_options.device),
      options(its_options),
      dma_(dma),
      window_(*this, 0x20000) {
    function.set_memory_bar(0, kMemoryBase, 0x20000, false);
    bus.add(options.at, function);
    mapper.add(kMemoryBase, window_);
    power_on();
}

void E1000Device::power_on() {
    registers_.clear();
    const auto& mac = options.mac.bytes;
    if (!options.address_valid) return;
    registers_[kRal] = load_le<u32>(Bytes(mac).first(4));
    registers_[kRah] = load_le<u16>(Bytes(mac).subspan(4)) | 0x80000000u;
}

u32 E1000Device::reg(u32 offset) const {
    const auto found = registers_.find(offset);
    return found != registers_.end() ? found->second : 0;
}

bool E1000Device::receives() const {
    return (reg(kRctl) & kEnable) != 0 && function.bus_master() && link && !gone;
}

bool E1000Device::transmits() const {
    return (reg(kTctl) & kEnable) != 0 && function.bus_master() && !gone;
}

u32 E1000Device::available() const {
    const u32 size = entries(kReceive);
    return size == 0 ? 0 : (reg(kReceive + kTail) + size - reg(kReceive + kHead)) % size;
}

MutableBytes E1000Device::descriptor(u32 base, u32 index) {
    const u64 ring = u64{reg(base + 4)} << 32 | reg(base);
    return dma_.at(ring + 16 * u64{index}, 16);
}

bool E1000Device::deliver(Bytes frame, const Delivery& how) {
    if (!receives() || available() == 0) return false;
    const u32 head = reg(kReceive + kHead);
    const MutableBytes target = descriptor(kReceive, head);
    if (load_le<u64>(target.subspan(8)) != 0) violate("receive descriptor is not cleared");
    copy_bytes(dma_.at(load_le<u64>(target), 2048), frame);
    const u64 length = how.length.value_or(static_cast<u16>(frame.size()));
    store_le<u64>(target.subspan(8), length | u64{how.status} << 32 | u64{how.errors} << 40);
    registers_[kReceive + kHead] = (head + 1) % entries(kReceive);
    return true;
}

void E1000Device::scribble(u16 index, u64 state) {
    store_le<u64>(descriptor(kReceive, index).subspan(8), state);
}

void E1000Device::process_transmit() {
    if (!transmits()) return;
    while (reg(kTransmit + kHead) != reg(kTransmit + kTail)) {
        const u32 head = reg(kTransmit + kHead);
        const MutableBytes at = descriptor(kTransmit, head);
        const u64 state = load_le<u64>(at.subspan(8));
        if ((state >> 24 & 0xff) != 0x0b) violate("transmit command is not EOP, IFCS, RS");
        if ((state >> 32) != 0) violate("transmit status not clear");
        const Bytes frame = dma_.at(load_le<u64>(at), static_cast<u16>(state));
        if (frame.size() < 60 || frame.size() > 1518) violate("transmit length");
        sent_.emplace_back(frame.begin(), frame.end());
        store_le<u64>(at.subspan(8), state | u64{1} << 32);
        registers_[kTransmit + kHead] = (head + 1) % entries(kTransmit);
    }
}

void E1000Device::check_ring(u32 base) {
    const u32 size = reg(base + 8);
    const bool idle = reg(base + kHead) == 0 && reg(base + kTail) == 0;
    if (size == 0 && idle) return;
    if (size == 0 || size % 128 != 0 || reg(base) % 16 != 0) violate("ring badly placed");
    if (reg(base + kTail) >= entries(base)) violate("tail outside of the ring");
    dma_.at(u64{reg(base + 4)} << 32 | reg(base), size);  // all of it must be memory
}

u32 E1000Device::mmio_read(u64 offset, u8 width) {
    ++reads;
    if (width != 4 || offset % 4 != 0) violate("odd register access");
    if (gone) return 0xffffffff;
    const u32 at = static_cast<u32>(offset);
    if (at == kStatus) return link ? 2 : 0;
    if (at == kEerd && options.has_eeprom && (reg(kEerd) & 1) != 0) {
        const u32 word = reg(kEerd) >> options.eeprom_shift & 0xff;
        const u16 value =
            word < 3 ? load_le<u16>(Bytes(options.mac.bytes).subspan(2 * word)) : u16{0};
        return u32{value} << 16 | 1u << options.eeprom_done;
    }
    return reg(at);
}

void E1000Device::mmio_write(u64 offset, u8 width, u32 value) {
    if (width != 4 || offset % 4 != 0) violate("odd register access");
    if (gone) return;
    const u32 at = static_cast<u32>(offset);
    if (at == kCtrl && (value & kReset) != 0) {
        ++resets;
        if (!options.ignores_reset) return power_on();
        value &= ~kReset;
    }
    if (at == kIms) violate("interrupts switched on");
    if (at == kRctl) {
        ++rctl_writes;
        if (never_disables) value |= reg(kRctl) & kEnable;
    }
    registers_[at] = value;
    if (at == kRctl && (value & kEnable) != 0) check_ring(kReceive);
    if (at == kTctl && (value & kEnable) != 0) check_ring(kTransmit);
    if (at == kReceive + kTail) {
        ++receive_tail_writes;
        check_ring(kReceive);
    }
    if (at == kTransmit + kTail) {
        ++transmit_tail_writes;
        check_ring(kTransmit);
        if (!hold_transmit) process_transmit();
    }
}

}  // namespace kedge::fakes
