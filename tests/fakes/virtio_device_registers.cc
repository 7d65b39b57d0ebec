// The registers, and the order in which a driver may use them (sections 3.1.1 and 4.1).
#include "fakes/virtio_device.h"

namespace kedge::fakes {

namespace {

constexpr u8 kAcknowledge = 1;
constexpr u8 kDriver = 2;
constexpr u8 kDriverOk = 4;
constexpr u8 kFeaturesOk = 8;
constexpr u8 kFailed = 128;

constexpr u64 kWindowSize = 0x4000;
constexpr u32 kNotify = 0x3000;
constexpr u32 kConfig = 0x2000;

constexpr u64 bit(unsigned n) { return u64{1} << n; }

}  // namespace

VirtioDevice::VirtioDevice(Dma& dma, PciBus& bus, MmioMapper& mapper, VirtioOptions with)
    : function(0x1af4, with.legacy ? 0x1000 : 0x1041),
      options(with),
      dma_(dma),
      window_(*this, kWindowSize),
      ports_(*this, kPortBase, 0x20) {
    offered_ = with.features | (with.modern ? bit(32) : 0);
    function.poke16(0x2e, 1);
    if (with.legacy) function.set_io_bar(0, kPortBase, 0x20);
    function.set_memory_bar(4, kMemoryBase, kWindowSize, true);
    if (with.modern && with.add_capabilities) add_blocks();
    function.on_command = [this] {
        if (!function.bus_master() && running()) violate("bus master off while running");
    };
    mapper.add(kMemoryBase, window_);
    bus.add(kAddress, function);
    queues_[0].max = with.receive_size;
    queues_[1].max = with.transmit_size;
    reset_queues();
}

void VirtioDevice::add_blocks() {
    add_block(1, 4, 0, 0x1000);
    add_block(3, 4, 0x1000, 0x1000);
    add_block(4, 4, kConfig, 0x1000);
    add_block(2, 4, kNotify, 0x1000, options.notify_multiplier);
}

u8 VirtioDevice::add_block(u8 type, u8 bar, u32 offset, u32 length, u32 multiplier) {
    std::vector<u8> body(type == 2 ? 18 : 14);
    body[0] = static_cast<u8>(body.size() + 2);
    body[1] = type;
    body[2] = bar;
    store_le<u32>(MutableBytes(body).subspan(6), offset);
    store_le<u32>(MutableBytes(body).subspan(10), length);
    if (type == 2) store_le<u32>(MutableBytes(body).subspan(14), multiplier);
    return function.add_capability(0x09, std::move(body));
}

void VirtioDevice::reset_queues() {
    for (Queue& queue : queues_) {
        const u16 max = queue.max;
        queue = {};
        queue.max = queue.size = max;
    }
}

u8 VirtioDevice::read_status() {
    if (reset_reads_left_ != 0) {
        if (reset_reads_left_ != UINT32_MAX) --reset_reads_left_;
        return static_cast<u8>(pending_status_ | extra_status);
    }
    return static_cast<u8>(status_ | extra_status);
}

void VirtioDevice::write_status(u8 value) {
    if (value == 0) {
        pending_status_ = status_ != 0 ? status_ : kAcknowledge;
        reset_reads_left_ = reset_delay;
        status_ = 0;
        accepted_ = 0;
        device_select_ = driver_select_ = select_ = 0;
        reset_queues();
        ++resets;
        return;
    }
    if (reset_reads_left_ != 0) violate("status written during a reset");
    if ((value & kFailed) != 0) {
        status_ = value;
        return;
    }
    const u8 added = static_cast<u8>(value & ~status_);
    if ((status_ & ~value) != 0) violate("status bits taken back");
    u8 expected = kAcknowledge;
    if (status_ == kAcknowledge) expected = kDriver;
    if (status_ == (kAcknowledge | kDriver))
        expected = options.modern && has(32) ? kFeaturesOk : kDriverOk;
    if ((status_ & kFeaturesOk) != 0) expected = kDriverOk;
    if (added != expected) violate("status steps out of order");
    if (added == kFeaturesOk) {
        check_features();
        if (refuse_features) return;
    }
    status_ = value;
    if (added == kDriverOk) check_driver_ok();
}

void VirtioDevice::check_features() {
    const auto requires_bit = [this](unsigned feature, unsigned needed) {
        if (has(feature) && !has(needed)) violate("feature without the one it needs");
    };
    if ((accepted_ & ~offered_) != 0) violate("accepted what was not offered");
    requires_bit(7, 1);
    requires_bit(8, 1);
    if (has(9) && !has(7) && !has(8)) violate("GUEST_ECN without GUEST_TSO");
    // Our own rule: without mergeable buffers each buffer would have to hold 64 KiB.
    requires_bit(7, 15);
    requires_bit(8, 15);
    if ((offered_ & bit(33)) != 0 && !has(33)) violate("ACCESS_PLATFORM refused");
}

void VirtioDevice::check_driver_ok() {
    if (!has(32)) check_features();
    if (!queues_[0].enabled || !queues_[1].enabled) violate("DRIVER_OK before the queues");
    if (!function.bus_master()) violate("DRIVER_OK before bus master");
}

bool VirtioDevice::may_set_up_queues() {
    const u8 needed = has(32) ? kFeaturesOk : kDriver;
    const bool may = (status_ & needed) != 0 && !running();
    if (!may) violate("queue set up at the wrong time");
    return may;
}

void VirtioDevice::write_features(unsigned half, u32 value) {
    if (status_ != (kAcknowledge | kDriver)) violate("features written at the wrong time");
    if (half > 1) return violate("feature word beyond 63");
    accepted_ = (accepted_ & (half == 0 ? ~u64{0xffffffff} : u64{0xffffffff})) | u64{value}
                                                                                     << (32 * half);
}

void VirtioDevice::enable_queue(Queue& queue) {
    if (!may_set_up_queues()) return;
    const size_t n = queue.size;
    if (queue.descriptors % 16 != 0 || queue.available % 2 != 0 || queue.used_ring % 4 != 0) {
        violate("ring not aligned");
    }
    // All of it must be DMA memory, and clean.
    for (const MutableBytes part :
         {dma_.at(queue.available, 6 + 2 * n), dma_.at(queue.used_ring, 6 + 8 * n)}) {
        if (load_le<u16>(part.subspan(2)) != 0) violate("ring index not zero at the start");
    }
    dma_.at(queue.descriptors, 16 * n);
    queue.enabled = true;
}

void VirtioDevice::notify(u32 queue) {
    if (!running()) violate("doorbell before DRIVER_OK");
    if (queue > 1 || !queues_[queue].enabled) return violate("doorbell of no queue");
    ++notified[queue];
    if (running() && queue == 1 && !hold_transmit) process_transmit();
}

u32 VirtioDevice::read_config(u32 offset, u8 width) {
    std::array<u8, 12> bytes{};
    copy_bytes(bytes, options.mac.bytes);
    store_le<u16>(MutableBytes(bytes).subspan(6), options.status);
    store_le<u16>(MutableBytes(bytes).subspan(8), u16{1});
    store_le<u16>(MutableBytes(bytes).subspan(10), options.mtu);
    if (offset + width > bytes.size()) return 0;
    if (offset >= 6 && (width != 2 || offset % 2 != 0)) violate("config field not read whole");
    if (unstable_reads != 0) {
        if (unstable_reads != UINT32_MAX) --unstable_reads;
        ++generation_;
        bytes[offset] = static_cast<u8>(bytes[offset] + generation_ * 2);
    }
    u32 value = 0;
    for (u8 i = 0; i < width; ++i) value |= u32{bytes[offset + i]} << (8 * i);
    return value;
}

u32 VirtioDevice::read_common(u32 offset, u8 width) {
    const u32 half = device_select_ < 2 ? static_cast<u32>(offered_ >> (32 * device_select_)) : 0;
    switch (offset << 4 | width) {
        case 0x044:
            return half;
        case 0x122:
            return 2;
        case 0x141:
            return read_status();
        case 0x151:
            return generation_;
        case 0x182:
            return selected() != nullptr ? selected()->size : 0;
        case 0x1e2:
            return select_;
    }
    violate("strange read of the common block");
    return 0;
}

void VirtioDevice::write_common(u32 offset, u8 width, u32 value) {
    const auto set_half = [&](u64& target, bool upper) {
        may_set_up_queues();
        target =
            upper ? (target & 0xffffffff) | u64{value} << 32 : (target & ~u64{0xffffffff}) | value;
    };
    Queue* const queue = selected();
    switch (offset << 4 | width) {
        case 0x004:
            device_select_ = value;
            return;
        case 0x084:
            driver_select_ = value;
            return;
        case 0x0c4:
            return write_features(driver_select_, value);
        case 0x141:
            return write_status(static_cast<u8>(value));
        case 0x162:
            select_ = static_cast<u16>(value);
            return;
    }
    if (queue == nullptr) return violate("no such queue");
    switch (offset << 4 | width) {
        case 0x182:
            if (!is_power_of_two(value) || value > queue->max) violate("bad queue size");
            queue->size = static_cast<u16>(value);
            return;
        case 0x1c2:
            if (value != 1) return violate("queue_enable written 0");
            return enable_queue(*queue);
        case 0x204:
        case 0x244:
            return set_half(queue->descriptors, offset == 0x24);
        case 0x284:
        case 0x2c4:
            return set_half(queue->available, offset == 0x2c);
        case 0x304:
        case 0x344:
            return set_half(queue->used_ring, offset == 0x34);
    }
    violate("strange write to the common block");
}

u32 VirtioDevice::mmio_read(u64 offset, u8 width) {
    ++register_accesses;
    if (!function.decodes_memory()) violate("memory not decoded");
    if (offset < 0x1000) return read_common(static_cast<u32>(offset), width);
    if (offset >= kConfig && offset < kNotify) {
        return read_config(static_cast<u32>(offset - kConfig), width);
    }
    violate("strange register read");
    return 0;
}

void VirtioDevice::mmio_write(u64 offset, u8 width, u32 value) {
    ++register_accesses;
    if (!function.decodes_memory()) violate("memory not decoded");
    if (offset < 0x1000) return write_common(static_cast<u32>(offset), width, value);
    if (offset >= kNotify && width == 2) {
        if (offset != kNotify + value * options.notify_multiplier) violate("wrong doorbell");
        return notify(value);
    }
    violate("strange register write");
}

u32 VirtioDevice::in(u16 port, u8 width) {
    ++register_accesses;
    if (!function.decodes_io()) violate("ports not decoded");
    const u32 offset = port - kPortBase;
    switch (offset << 4 | width) {
        case 0x004:
            return static_cast<u32>(offered_);
        case 0x0c2:
            return selected() != nullptr ? selected()->max : 0;
        case 0x121:
            return read_status();
    }
    if (offset >= 0x14) return read_config(offset - 0x14, width);
    violate("strange port read");
    return 0;
}

void VirtioDevice::out(u16 port, u8 width, u32 value) {
    ++register_accesses;
    if (!function.decodes_io()) violate("ports not decoded");
    switch ((port - kPortBase) << 4 | width) {
        case 0x044:
            return write_features(0, value);
        case 0x084: {
            Queue* const queue = selected();
            if (queue == nullptr) return violate("no such queue");
            const u64 n = queue->size;
            queue->descriptors = u64{value} << 12;
            queue->available = queue->descriptors + 16 * n;
            queue->used_ring = align_up(queue->available + 6 + 2 * n, 4096);
            return enable_queue(*queue);
        }
        case 0x0e2:
            select_ = static_cast<u16>(value);
            return;
        case 0x102:
            return notify(value);
        case 0x121:
            return write_status(static_cast<u8>(value));
    }
    violate("strange port write");
}

}  // namespace kedge::fakes
