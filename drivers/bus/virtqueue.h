// A split virtqueue: descriptors, available ring and used ring in memory shared with the device.
// Virtual I/O Device (VIRTIO) 1.2, section 2.7.
//
// Buffers are tied to descriptors for good: the owner writes a descriptor once (or before each
// use), offers its index, and gets the index back when the device has used it. Nothing is ever read
// back from the descriptor table or the available ring, so a device that scribbles there harms
// only itself.
#pragma once

#include "arch/barrier.h"
#include "base/vector.h"
#include "platform/memory.h"

namespace kedge::virtio {

constexpr u16 kDescriptorNext = 1 << 0;   // the chain goes on at `next`
constexpr u16 kDescriptorWrite = 1 << 1;  // for the device to write

/// The legacy layout: each of the two parts page aligned. Modern devices take it as well.
constexpr size_t kRingAlignment = 4096;

class Virtqueue {
  public:
    static constexpr u16 kMaxSize = 32768;

    /// A buffer that came back.
    struct Used {
        u16 head = 0;    // as given to offer()
        u32 length = 0;  // what the device says it wrote; check it
    };
    enum class Take : u8 {
        nothing,
        taken,
        broken,  // the used ring holds something impossible: reset the device
    };

    Virtqueue() = default;
    Virtqueue(const Virtqueue&) = delete;
    Virtqueue& operator=(const Virtqueue&) = delete;

    /// `size` entries, a power of two up to kMaxSize. Error::no_memory, Error::invalid_argument.
    Result<void> allocate(platform::Dma& dma, u16 size);
    /// Only after the device has been reset.
    void release(platform::Dma& dma);
    /// Gives the memory up without releasing it: the device may still write to it.
    void leak();
    /// As after allocate(): all zero, nothing offered. Only after the device has been reset.
    void clear();

    bool allocated() const { return size_ != 0; }
    u16 size() const { return size_; }
    /// Buffers offered and not yet taken back.
    u16 outstanding() const { return outstanding_; }

    u64 descriptor_address() const { return memory_.device_address; }
    u64 available_address() const { return memory_.device_address + available_offset(size_); }
    u64 used_address() const { return memory_.device_address + used_offset(size_); }

    void set_descriptor(u16 index, u64 address, u32 length, u16 flags, u16 next = 0);

    /// Puts the chain at `head` into the available ring; the device sees it after publish().
    void offer(u16 head);
    /// Makes all offered buffers visible. True if the device wants a doorbell for them.
    bool publish();
    /// Offered, but not yet published.
    u16 unpublished() const { return static_cast<u16>(offered_.size()); }

    Take take(Used& used);

  private:
    // The three parts; each member is a word the device may also write.
    struct Descriptor {
        arch::Shared<u64> address;
        arch::Shared<u32> length;
        arch::Shared<u16> flags;
        arch::Shared<u16> next;
    };
    struct RingHeader {  // of the available and of the used ring
        arch::Shared<u16> flags;
        arch::Shared<u16> index;
    };
    struct UsedElement {
        arch::Shared<u32> id;
        arch::Shared<u32> length;
    };
    static_assert(sizeof(Descriptor) == 16 && sizeof(RingHeader) == 4 && sizeof(UsedElement) == 8);

    static constexpr size_t available_offset(u16 size) { return size_t{16} * size; }
    static constexpr size_t used_offset(u16 size) {
        return align_up(available_offset(size) + 6 + size_t{2} * size, kRingAlignment);
    }
    static constexpr size_t total_size(u16 size) {
        return align_up(used_offset(size) + 6 + size_t{8} * size, kRingAlignment);
    }

    template <typename T>
    T* at(size_t offset) const {
        ASSERT(offset + sizeof(T) <= memory_.bytes.size());
        return reinterpret_cast<T*>(memory_.bytes.data() + offset);
    }
    RingHeader& available() const { return *at<RingHeader>(available_offset(size_)); }
    RingHeader& used() const { return *at<RingHeader>(used_offset(size_)); }

    /// A device may only use what it could see.
    enum class Owner : u8 { driver, offered, device };

    platform::DmaBuffer memory_;
    Vector<Owner> owners_;  // per descriptor, if it is the head of a chain
    Vector<u16> offered_;   // heads since the last publish()
    u16 size_ = 0;
    u16 next_available_ = 0;  // free-running, as the indices in the rings
    u16 next_used_ = 0;
    u16 seen_used_ = 0;  // the device's index when it was last read
    u16 outstanding_ = 0;
};

}  // namespace kedge::virtio
