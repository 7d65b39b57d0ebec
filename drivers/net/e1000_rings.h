// The two rings of an e1000. They know memory only; the device writes the tail registers.
#pragma once

#include "drivers/net/e1000_format.h"
#include "net/device.h"
#include "platform/memory.h"

namespace kedge::e1000 {

/// Descriptors and one buffer for each, in one block.
class Ring {
  public:
    bool allocated() const { return !memory_.bytes.empty(); }
    /// Error::no_memory leaves nothing behind.
    Result<void> allocate(platform::Dma& dma, u16 entries, u32 buffer_size);
    /// Only after the card is known to have stopped.
    void release(platform::Dma& dma);
    /// For a card that does not stop: the memory is its for ever.
    void leak() {
        memory_ = {};
        ++generation_;
    }

    u64 device_address() const { return memory_.device_address; }
    u32 bytes() const { return u32{entries_} * sizeof(Descriptor); }

  protected:
    Descriptor& descriptor(u16 index) {
        return reinterpret_cast<Descriptor*>(memory_.bytes.data())[index];
    }
    MutableBytes buffer(u16 index) {
        return memory_.bytes.subspan(bytes() + size_t{index} * buffer_size_, buffer_size_);
    }
    u64 buffer_address(u16 index) const {
        return memory_.device_address + bytes() + u64{index} * buffer_size_;
    }
    u16 after(u16 index) const { return static_cast<u16>((index + 1) & (entries_ - 1)); }

    u16 entries_ = 0;     // a power of two
    u32 generation_ = 0;  // changes whenever buffers in hand lose their meaning

  private:
    platform::DmaBuffer memory_;
    u32 buffer_size_ = 0;
};

class ReceiveRing : public Ring {
  public:
    static constexpr u16 kEntries = 256;
    static constexpr u32 kBufferSize = 2048;
    /// So many buffers go back with one write of the tail, which is an exit to the hypervisor. The
    /// card always has the other three quarters.
    static constexpr u16 kBatch = kEntries / 4;

    enum class Outcome : u8 {
        idle,     // nothing there
        took,     // one descriptor's worth handed over or dropped
        broken,   // the card lies: reset it
        stopped,  // the sink stopped the device; touch nothing
    };

    /// Every buffer ready, from scratch. Only while the card is stopped.
    void fill();
    /// The tail that gives the card all buffers but the one that tells full from empty.
    u16 tail() const { return static_cast<u16>((next_ - 1) & (entries_ - 1)); }

    /// Looks at one descriptor, lends its frame to `sink`, and makes it ready again.
    Outcome receive_one(net::FrameSink& sink);
    /// Enough buffers have gathered? Starts counting again.
    bool take_batch();
    u64 bad_frames() const { return bad_; }

  private:
    bool deliverable(u64 state) const;

    u16 next_ = 0;
    u16 gathered_ = 0;
    bool inside_ = false;  // of a frame that began in an earlier descriptor
    u64 bad_ = 0;
};

class TransmitRing : public Ring {
  public:
    static constexpr u16 kEntries = 64;
    static constexpr u32 kBufferSize = 1536;

    void clear();
    u16 tail() const { return next_; }
    /// Copies `frame` (at most kBufferSize bytes) into the next slot. Error::busy without one.
    Result<void> send(Bytes frame);

  private:
    void reclaim();

    u16 next_ = 0;
    u16 oldest_ = 0;
    u16 in_flight_ = 0;
};

}  // namespace kedge::e1000
