// What the card writes into a descriptor is read once, in one word.
#include "drivers/net/e1000_rings.h"

namespace kedge::e1000 {

Result<void> Ring::allocate(platform::Dma& dma, u16 entries, u32 buffer_size) {
    ASSERT(!allocated() && is_power_of_two(entries));
    const size_t size = entries * (sizeof(Descriptor) + buffer_size);
    memory_ = TRY(dma.allocate(size, kRingAlignment));
    entries_ = entries;
    buffer_size_ = buffer_size;
    return {};
}

void Ring::release(platform::Dma& dma) {
    if (!allocated()) return;
    const platform::DmaBuffer memory = memory_;
    leak();
    dma.release(memory);
}

void ReceiveRing::fill() {
    ++generation_;
    next_ = gathered_ = 0;
    inside_ = false;
    for (u16 i = 0; i < kEntries; ++i) {
        descriptor(i).address.store_relaxed(buffer_address(i));
        descriptor(i).state.store_relaxed(0);
    }
}

bool ReceiveRing::deliverable(u64 state) const {
    return !inside_ && (state & kEndOfPacket) != 0 && (state & kFrameBad) == 0 &&
           static_cast<u16>(state) >= kEthernetHeader;
}

ReceiveRing::Outcome ReceiveRing::receive_one(net::FrameSink& sink) {
    // Acquire: the frame is read after the word that says it is there.
    const u64 state = descriptor(next_).state.load_acquire();
    if ((state & kDone) == 0) return Outcome::idle;
    const u16 length = static_cast<u16>(state);
    if (length > kBufferSize) return Outcome::broken;

    if (deliverable(state)) {
        constexpr u64 kSums = kSumsIgnored | kTransportChecked | kTransportBad;
        const bool checked = (state & kSums) == kTransportChecked;
        const u32 generation = generation_;
        sink.on_frame({.head = buffer(next_).first(length),
                       .rest = {},
                       .checksum = checked ? net::Checksum::verified : net::Checksum::unknown,
                       .segment_size = 0});
        // The sink may have closed or even reopened the device meanwhile.
        if (generation != generation_) return Outcome::stopped;
    } else {
        ++bad_;
    }
    inside_ = (state & kEndOfPacket) == 0;
    descriptor(next_).state.store_relaxed(0);
    next_ = after(next_);
    ++gathered_;
    return Outcome::took;
}

bool ReceiveRing::take_batch() {
    if (gathered_ < kBatch) return false;
    gathered_ = 0;
    return true;
}

void TransmitRing::clear() {
    next_ = oldest_ = in_flight_ = 0;
    for (u16 i = 0; i < kEntries; ++i) {
        descriptor(i).address.store_relaxed(buffer_address(i));
        descriptor(i).state.store_relaxed(0);
    }
}

void TransmitRing::reclaim() {
    while (in_flight_ > 0 && (descriptor(oldest_).state.load_relaxed() & kDone) != 0) {
        oldest_ = after(oldest_);
        --in_flight_;
    }
}

Result<void> TransmitRing::send(Bytes frame) {
    // One slot stays empty: the card takes head equal to tail for nothing to send.
    if (in_flight_ == kEntries - 1) reclaim();
    if (in_flight_ == kEntries - 1) return Error::busy;
    const MutableBytes slot = buffer(next_);
    ASSERT(frame.size() <= slot.size());
    const size_t length = max<size_t>(frame.size(), kLeastFrame);
    copy_bytes(slot, frame);
    fill_bytes(slot.subspan(frame.size(), length - frame.size()), 0);
    // Release: the frame before the descriptor that covers it.
    descriptor(next_).state.store_release(length | kSendWhole);
    next_ = after(next_);
    ++in_flight_;
    return {};
}

}  // namespace kedge::e1000
