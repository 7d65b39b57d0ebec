// The split ring. What the device writes is read once and checked before it is used.
#include "drivers/bus/virtqueue.h"

namespace kedge::virtio {

namespace {

constexpr u16 kAvailableNoInterrupt = 1 << 0;
constexpr u16 kUsedNoNotify = 1 << 0;
constexpr size_t kRingEntries = 4;  // behind flags and index

}  // namespace

Result<void> Virtqueue::allocate(platform::Dma& dma, u16 size) {
    ASSERT(!allocated());
    if (!is_power_of_two(size) || size > kMaxSize) return Error::invalid_argument;
    TRY(offered_.reserve(size));
    TRY(owners_.reserve(size));
    memory_ = TRY(dma.allocate(total_size(size), kRingAlignment));
    owners_.clear();
    for (u16 i = 0; i < size; ++i) IGNORE_RESULT(owners_.push_back(Owner::driver));  // reserved
    size_ = size;
    clear();
    return {};
}

void Virtqueue::release(platform::Dma& dma) {
    if (!allocated()) return;
    const platform::DmaBuffer memory = memory_;
    leak();
    dma.release(memory);
}

void Virtqueue::leak() {
    memory_ = {};
    size_ = 0;
    outstanding_ = 0;
    offered_.clear();
    next_available_ = next_used_ = seen_used_ = 0;
}

void Virtqueue::clear() {
    fill_bytes(memory_.bytes, 0);
    for (Owner& owner : owners_) owner = Owner::driver;
    offered_.clear();
    next_available_ = next_used_ = seen_used_ = 0;
    outstanding_ = 0;
    // We poll: the device need never interrupt.
    available().flags.store_relaxed(kAvailableNoInterrupt);
}

void Virtqueue::set_descriptor(u16 index, u64 address, u32 length, u16 flags, u16 next) {
    ASSERT(index < size_);
    Descriptor& descriptor = *at<Descriptor>(sizeof(Descriptor) * index);
    descriptor.address.store_relaxed(address);
    descriptor.length.store_relaxed(length);
    descriptor.flags.store_relaxed(flags);
    descriptor.next.store_relaxed(next);
}

void Virtqueue::offer(u16 head) {
    ASSERT(head < size_ && owners_[head] == Owner::driver);
    owners_[head] = Owner::offered;
    IGNORE_RESULT(offered_.push_back(head));  // room for every descriptor was reserved
    ++outstanding_;
    const size_t slot = next_available_ % size_;
    at<arch::Shared<u16>>(available_offset(size_) + kRingEntries + 2 * slot)->store_relaxed(head);
    ++next_available_;
}

bool Virtqueue::publish() {
    if (offered_.empty()) return false;
    for (const u16 head : offered_) owners_[head] = Owner::device;
    offered_.clear();
    // Release: entries and descriptors before the index. Partner: the device's read of the index.
    available().index.store_release(next_available_);
    // The index before the flag: else the device could go to sleep while we read "no doorbell".
    arch::full_barrier();
    return (used().flags.load_relaxed() & kUsedNoNotify) == 0;
}

Virtqueue::Take Virtqueue::take(Used& result) {
    if (seen_used_ == next_used_) {
        // Acquire: the elements are read after the index that covers them.
        const u16 index = used().index.load_acquire();
        if (static_cast<u16>(index - next_used_) > outstanding_) return Take::broken;
        seen_used_ = index;
        if (index == next_used_) return Take::nothing;
    }
    const size_t slot = next_used_ % size_;
    const UsedElement& element =
        *at<UsedElement>(used_offset(size_) + kRingEntries + sizeof(UsedElement) * slot);
    const u32 id = element.id.load_relaxed();
    const u32 length = element.length.load_relaxed();
    if (id >= size_ || owners_[id] != Owner::device) return Take::broken;
    owners_[id] = Owner::driver;
    --outstanding_;
    ++next_used_;
    result = {.head = static_cast<u16>(id), .length = length};
    return Take::taken;
}

}  // namespace kedge::virtio
