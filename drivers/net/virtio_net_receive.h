// The receive queue of virtio-net: buffers over the whole ring, frames out of one or more of them.
#pragma once

#include "drivers/bus/virtqueue.h"
#include "drivers/net/virtio_net_format.h"
#include "net/device.h"

namespace kedge::virtio_net {

using virtio::Virtqueue;

class ReceiveQueue {
  public:
    /// A page: a coalesced frame of 64 KiB takes 17 of them, an ordinary one wastes little. In a
    /// short ring they are larger, see allocate().
    static constexpr u32 kBufferSize = 4096;
    /// More buffers than this only cost memory, even if the device insists on a longer ring.
    static constexpr u16 kMaxBuffers = 1024;

    enum class Outcome : u8 {
        idle,     // nothing there
        took,     // one frame handed over or dropped
        broken,   // the device lies: reset it
        stopped,  // the sink stopped the device; touch nothing
    };

    Virtqueue& ring() { return ring_; }
    bool allocated() const { return ring_.allocated(); }
    u16 buffers() const { return buffers_; }

    /// Ring and buffers. Error::no_memory leaves nothing behind.
    Result<void> allocate(platform::Dma& dma, u16 ring_size, const Framing& framing, u16 mtu);
    /// Offers every buffer, from scratch. Only while the device is reset.
    void fill();
    /// As Virtqueue: only after a confirmed reset, or never.
    void release(platform::Dma& dma);
    void leak();

    /// Takes one frame out of the ring, lends it to `sink`, and offers its buffers again.
    Outcome receive_one(net::FrameSink& sink);
    /// Enough buffers have gathered that the device should get them before the poll ends?
    bool refill_due() const { return ring_.unpublished() >= batch_; }

  private:
    /// A frame of more pieces than this comes from no sane device and is dropped. 64 KiB is 17.
    static constexpr size_t kMaxPieces = 64;
    /// The largest coalesced frame, one of IPv6: section 5.1.6.3.
    static constexpr size_t kMaxFrame = 65589;
    /// RxFrame promises that many bytes in its first part.
    static constexpr size_t kMinHead = 256;

    u32 choose_buffer_size(u16 mtu) const;
    Result<void> allocate_pool(platform::Dma& dma);
    Bytes buffer(u16 head) const;
    Outcome collect(const Virtqueue::Used& first, const PacketHeader& header);
    void keep(u16 head, Bytes piece);
    bool deliverable() const;
    net::RxFrame assemble(const PacketHeader& header);
    void gather_head(size_t want);
    void recycle();

    Virtqueue ring_;
    platform::DmaBuffer pool_;
    Framing framing_;
    u32 buffer_size_ = 0;
    u16 buffers_ = 0;
    u16 batch_ = 1;
    u32 generation_ = 0;  // changes whenever buffers in hand lose their meaning

    // The frame at hand: the buffers it takes, and its bytes.
    std::array<u16, kMaxBuffers> heads_{};
    u16 head_count_ = 0;
    std::array<Bytes, kMaxPieces> pieces_{};
    size_t piece_count_ = 0;
    size_t frame_size_ = 0;
    bool oversize_ = false;
    std::array<u8, kMinHead> bounce_{};
};

}  // namespace kedge::virtio_net
