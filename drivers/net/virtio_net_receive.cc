// Receiving. Everything the device says (ids, lengths, counts) is checked before it is used.
#include "drivers/net/virtio_net_receive.h"

#include "base/reader.h"

namespace kedge::virtio_net {

namespace {

using virtio::kDescriptorNext;
using virtio::kDescriptorWrite;

constexpr size_t kFramesToHold = 4;
constexpr size_t kLeastPool = 128 * 1024;  // that much must be had: two coalesced frames
constexpr size_t kMinFrame = kEthernetHeader;
/// Buffers offered again are shown to the device after this many at the latest.
constexpr u16 kMaxBatch = 64;

/// Checksum and coalescing information of a frame, as far as negotiation lets it mean anything.
net::Checksum checksum_state(const Framing& framing, const PacketHeader& header) {
    if (!framing.checksum) return net::Checksum::unknown;
    // NEEDS_CSUM: the data never crossed a wire; its checksum field is only a partial sum.
    const bool trusted = (header.flags & (kNeedsChecksum | kDataValid)) != 0;
    return trusted ? net::Checksum::verified : net::Checksum::unknown;
}

u16 segment_size(const Framing& framing, const PacketHeader& header) {
    if (!framing.coalesced) return 0;
    const u8 type = header.gso_type & static_cast<u8>(~kGsoEcn);
    return type == kGsoTcp4 || type == kGsoTcp6 ? u16{header.gso_size} : u16{0};
}

/// A local copy: the device could change its memory while we look.
PacketHeader read_header(Bytes buffer, u8 size) {
    Reader reader(buffer.first(size));
    PacketHeader header;
    header.flags = reader.u8_();
    header.gso_type = reader.u8_();
    header.header_length = reader.le16_();
    header.gso_size = reader.le16_();
    header.checksum_start = reader.le16_();
    header.checksum_offset = reader.le16_();
    header.num_buffers = size >= kLongHeader ? reader.le16_() : u16{1};
    return header;
}

}  // namespace

Result<void> ReceiveQueue::allocate(platform::Dma& dma, u16 ring_size, const Framing& framing,
                                    u16 mtu) {
    ASSERT(!allocated());
    framing_ = framing;
    const u16 descriptors = framing.split_receive ? 2 : 1;
    buffers_ = min<u16>(static_cast<u16>(ring_size / descriptors), kMaxBuffers);
    if (buffers_ == 0) return Error::not_supported;
    buffer_size_ = choose_buffer_size(mtu);

    TRY(ring_.allocate(dma, ring_size));
    const Result<void> pool = allocate_pool(dma);
    if (!pool.ok()) ring_.release(dma);
    return pool;
}

u32 ReceiveQueue::choose_buffer_size(u16 mtu) const {
    if (!framing_.mergeable) {
        const u32 frame = u32{mtu} + kEthernetHeader + kVlanTag + framing_.header_size;
        return static_cast<u32>(align_up(max(frame, kBufferSize / 2), 64));
    }
    if (!framing_.coalesced) return kBufferSize;
    // All buffers together must hold several of the largest frames: a device (QEMU, say) that finds
    // too little room for one waits for more, and does so for ever if there never can be enough.
    const u32 share = static_cast<u32>(kFramesToHold * kMaxFrame / buffers_);
    return static_cast<u32>(align_up(max(share, kBufferSize), kBufferSize));
}

Result<void> ReceiveQueue::allocate_pool(platform::Dma& dma) {
    // Less memory than hoped for is better than no network.
    auto pool = dma.allocate(size_t{buffers_} * buffer_size_, kBufferSize);
    while (!pool.ok() && size_t{buffers_} / 2 * buffer_size_ >= kLeastPool) {
        buffers_ /= 2;
        pool = dma.allocate(size_t{buffers_} * buffer_size_, kBufferSize);
    }
    if (!pool.ok()) return pool.error();
    pool_ = *pool;
    batch_ = clamp<u16>(buffers_ / 4, 1, kMaxBatch);
    return {};
}

void ReceiveQueue::fill() {
    ++generation_;
    ring_.clear();
    const u8 header = framing_.header_size;
    for (u16 i = 0; i < buffers_; ++i) {
        const u64 address = pool_.device_address + u64{i} * buffer_size_;
        if (framing_.split_receive) {
            const u16 first = static_cast<u16>(2 * i);
            const u16 second = static_cast<u16>(first + 1);
            ring_.set_descriptor(first, address, header, kDescriptorWrite | kDescriptorNext,
                                 second);
            ring_.set_descriptor(second, address + header, buffer_size_ - header, kDescriptorWrite);
            ring_.offer(first);
        } else {
            ring_.set_descriptor(i, address, buffer_size_, kDescriptorWrite);
            ring_.offer(i);
        }
    }
}

void ReceiveQueue::release(platform::Dma& dma) {
    if (!allocated()) return;
    ring_.release(dma);
    const platform::DmaBuffer pool = std::exchange(pool_, {});
    dma.release(pool);
    ++generation_;
}

void ReceiveQueue::leak() {
    ring_.leak();
    pool_ = {};
    ++generation_;
}

/// Header and data lie together also where they have a descriptor each.
Bytes ReceiveQueue::buffer(u16 head) const {
    const size_t index = framing_.split_receive ? head / 2 : head;
    return Bytes(pool_.bytes).subspan(index * buffer_size_, buffer_size_);
}

ReceiveQueue::Outcome ReceiveQueue::receive_one(net::FrameSink& sink) {
    Virtqueue::Used used;
    switch (ring_.take(used)) {
        case Virtqueue::Take::nothing:
            return Outcome::idle;
        case Virtqueue::Take::broken:
            return Outcome::broken;
        case Virtqueue::Take::taken:
            break;
    }
    if (used.length < framing_.header_size || used.length > buffer_size_) return Outcome::broken;
    const PacketHeader header = read_header(buffer(used.head), framing_.header_size);
    const Outcome outcome = collect(used, header);
    if (outcome != Outcome::took) return outcome;

    if (deliverable()) {
        const net::RxFrame frame = assemble(header);
        const u32 generation = generation_;
        sink.on_frame(frame);
        // The sink may have closed or even reopened the device meanwhile.
        if (generation != generation_) return Outcome::stopped;
    }
    recycle();
    return Outcome::took;
}

/// Gathers the buffers of one frame. The device must have used all of them by the time it shows the
/// first (section 5.1.6.4.1), so a missing one is a lie.
ReceiveQueue::Outcome ReceiveQueue::collect(const Virtqueue::Used& first,
                                            const PacketHeader& header) {
    head_count_ = 0;
    piece_count_ = 0;
    frame_size_ = 0;
    oversize_ = false;
    keep(first.head, buffer(first.head).first(first.length).subspan(framing_.header_size));

    const u16 count = framing_.mergeable ? u16{header.num_buffers} : u16{1};
    if (count == 0 || count > buffers_) return Outcome::broken;
    for (u16 i = 1; i < count; ++i) {
        Virtqueue::Used used;
        if (ring_.take(used) != Virtqueue::Take::taken) return Outcome::broken;
        if (used.length > buffer_size_) return Outcome::broken;
        keep(used.head, buffer(used.head).first(used.length));
    }
    return Outcome::took;
}

void ReceiveQueue::keep(u16 head, Bytes piece) {
    heads_[head_count_++] = head;
    frame_size_ += piece.size();
    if (piece.empty()) return;
    if (piece_count_ == kMaxPieces) {
        oversize_ = true;
        return;
    }
    pieces_[piece_count_++] = piece;
}

bool ReceiveQueue::deliverable() const {
    return !oversize_ && frame_size_ >= kMinFrame && frame_size_ <= kMaxFrame;
}

net::RxFrame ReceiveQueue::assemble(const PacketHeader& header) {
    const size_t want = min(frame_size_, kMinHead);
    if (pieces_[0].size() < want) gather_head(want);
    return {.head = pieces_[0],
            .rest = std::span(pieces_).subspan(1, piece_count_ - 1),
            .checksum = checksum_state(framing_, header),
            .segment_size = segment_size(framing_, header)};
}

/// A device that splits oddly: copies the first `want` bytes together, so that all protocol headers
/// are contiguous, and cuts them off the pieces they came from.
void ReceiveQueue::gather_head(size_t want) {
    size_t done = 0;
    size_t at = 0;
    while (done < want) {
        const size_t count = min(pieces_[at].size(), want - done);
        done += copy_bytes(MutableBytes(bounce_).subspan(done), pieces_[at].first(count));
        pieces_[at] = pieces_[at].subspan(count);
        if (pieces_[at].empty()) ++at;
    }
    // At least two pieces went into the head, so there is room for it before the others.
    const size_t left = piece_count_ - at;
    pieces_[0] = Bytes(bounce_).first(want);
    for (size_t i = 0; i < left; ++i) pieces_[1 + i] = pieces_[at + i];
    piece_count_ = 1 + left;
}

void ReceiveQueue::recycle() {
    for (u16 i = 0; i < head_count_; ++i) ring_.offer(heads_[i]);
    head_count_ = 0;
}

}  // namespace kedge::virtio_net
