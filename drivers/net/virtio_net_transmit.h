// The transmit queue of virtio-net: a fixed number of slots, each with its own descriptors.
#pragma once

#include "drivers/bus/virtqueue.h"
#include "drivers/net/virtio_net_format.h"

namespace kedge::virtio_net {

using virtio::Virtqueue;

class TransmitQueue {
  public:
    static constexpr u16 kMaxSlots = 64;

    Virtqueue& ring() { return ring_; }
    bool allocated() const { return ring_.allocated(); }

    /// Ring and slots for frames of up to `mtu` + 14 bytes. Error::no_memory leaves nothing behind.
    Result<void> allocate(platform::Dma& dma, u16 ring_size, const Framing& framing, u16 mtu);
    /// All slots free. Only while the device is reset.
    void clear();
    void release(platform::Dma& dma);
    void leak();

    /// Copies `frame` (at most mtu + 14 bytes) into a free slot and offers it. Error::busy without
    /// one; Error::protocol when the device lies: reset it.
    Result<void> send(Bytes frame);

  private:
    Result<void> reclaim();

    Virtqueue ring_;
    platform::DmaBuffer pool_;
    Framing framing_;
    u32 slot_size_ = 0;
    u16 slots_ = 0;
    std::array<u16, kMaxSlots> free_{};
    u16 free_count_ = 0;
};

}  // namespace kedge::virtio_net
