// Transmitting: copy, publish, forget; slots are taken back when the next frame needs one.
#include "drivers/net/virtio_net_transmit.h"

namespace kedge::virtio_net {

using virtio::kDescriptorNext;

Result<void> TransmitQueue::allocate(platform::Dma& dma, u16 ring_size, const Framing& framing,
                                     u16 mtu) {
    ASSERT(!allocated());
    framing_ = framing;
    slot_size_ =
        static_cast<u32>(align_up(u32{mtu} + kEthernetHeader + kVlanTag + framing.header_size, 64));
    const u16 descriptors = framing.split_transmit ? 2 : 1;
    slots_ = min<u16>(static_cast<u16>(ring_size / descriptors), kMaxSlots);
    if (slots_ == 0) return Error::not_supported;
    TRY(ring_.allocate(dma, ring_size));
    auto pool = dma.allocate(size_t{slots_} * slot_size_, 64);
    if (!pool.ok()) {
        ring_.release(dma);
        return pool.error();
    }
    pool_ = *pool;
    return {};
}

void TransmitQueue::clear() {
    ring_.clear();
    fill_bytes(pool_.bytes, 0);
    free_count_ = 0;
    for (u16 i = 0; i < slots_; ++i) free_[free_count_++] = i;
}

void TransmitQueue::release(platform::Dma& dma) {
    if (!allocated()) return;
    ring_.release(dma);
    const platform::DmaBuffer pool = std::exchange(pool_, {});
    dma.release(pool);
    free_count_ = 0;
}

void TransmitQueue::leak() {
    ring_.leak();
    pool_ = {};
    free_count_ = 0;
}

Result<void> TransmitQueue::reclaim() {
    for (u16 i = 0; i < slots_; ++i) {
        Virtqueue::Used used;
        switch (ring_.take(used)) {
            case Virtqueue::Take::nothing:
                return {};
            case Virtqueue::Take::broken:
                return Error::protocol;
            case Virtqueue::Take::taken:
                // Only heads we offered come back, so this is one of our slots.
                free_[free_count_++] = framing_.split_transmit ? used.head / 2 : used.head;
        }
    }
    return {};
}

Result<void> TransmitQueue::send(Bytes frame) {
    const u8 header = framing_.header_size;
    ASSERT(header + frame.size() <= slot_size_);
    TRY(reclaim());
    if (free_count_ == 0) return Error::busy;
    const u16 slot = free_[--free_count_];

    // The packet header stays as clear() left it: all zero, nothing is offloaded.
    const size_t offset = size_t{slot} * slot_size_;
    const u64 address = pool_.device_address + offset;
    const u32 length = static_cast<u32>(frame.size());
    copy_bytes(pool_.bytes.subspan(offset + header), frame);
    if (framing_.split_transmit) {
        const u16 first = static_cast<u16>(2 * slot);
        const u16 second = static_cast<u16>(first + 1);
        ring_.set_descriptor(first, address, header, kDescriptorNext, second);
        ring_.set_descriptor(second, address + header, length, 0);
        ring_.offer(first);
    } else {
        ring_.set_descriptor(slot, address, header + length, 0);
        ring_.offer(slot);
    }
    return {};
}

}  // namespace kedge::virtio_net
