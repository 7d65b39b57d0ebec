#include "src/net/reassembly.h"

namespace kedge::net {

using wire::seq_at_most;
using wire::seq_less;

bool Reassembly::allocate() {
    if (buffer_) return true;
    buffer_.reset(new (std::nothrow) Buffer);
    return static_cast<bool>(buffer_);
}

void Reassembly::store(u32 base, u32 seq, const Parts& data) {
    if (data.empty() || !allocate()) return;
    const u32 end = seq + static_cast<u32>(data.size());
    ASSERT(seq_at_most(base, seq) && end - base <= kSize);
    if (!add_range(base, {seq, end})) return;
    copy_in(seq, data);
    latest_ = seq;
}

bool Reassembly::add_range(u32 base, Range range) {
    // Offsets from `base` order correctly however the sequence numbers wrap.
    size_t first = count_;
    while (first > 0 && ranges_[first - 1].to - base >= range.from - base) --first;
    size_t last = first;
    while (last < count_ && ranges_[last].from - base <= range.to - base) ++last;
    if (first == last) {
        if (count_ == kMaxRanges) return false;
        for (size_t i = count_; i > first; --i) ranges_[i] = ranges_[i - 1];
        ++count_;
        ranges_[first] = range;
        return true;
    }
    // Everything in [first, last) overlaps or touches: it becomes one range.
    if (seq_less(ranges_[first].from, range.from)) range.from = ranges_[first].from;
    if (seq_less(range.to, ranges_[last - 1].to)) range.to = ranges_[last - 1].to;
    ranges_[first] = range;
    for (size_t i = last; i < count_; ++i) ranges_[first + 1 + i - last] = ranges_[i];
    count_ -= last - first - 1;
    return true;
}

void Reassembly::copy_in(u32 seq, const Parts& data) {
    const MutableBytes ring(buffer_->bytes);
    const u32 at = seq & (kSize - 1);
    const size_t until_end = min(data.size(), size_t{kSize - at});
    data.subview(0, until_end).copy_to(ring.subspan(at));
    data.subview(until_end).copy_to(ring);
}

Parts Reassembly::available(u32 base, std::array<Bytes, 1>& second_piece) const {
    if (count_ == 0 || seq_less(base, ranges_[0].from)) return {};
    if (seq_at_most(ranges_[0].to, base)) return {};
    const Bytes ring(buffer_->bytes);
    const u32 at = base & (kSize - 1);
    const u32 size = ranges_[0].to - base;
    const u32 until_end = min(size, kSize - at);
    second_piece[0] = ring.first(size - until_end);
    return Parts(ring.subspan(at, until_end), second_piece);
}

void Reassembly::release_below(u32 base) {
    size_t gone = 0;
    while (gone < count_ && seq_at_most(ranges_[gone].to, base)) ++gone;
    for (size_t i = gone; i < count_; ++i) ranges_[i - gone] = ranges_[i];
    count_ -= gone;
    if (count_ > 0 && seq_less(ranges_[0].from, base)) ranges_[0].from = base;
}

u8 Reassembly::sack_blocks(
    std::array<wire::SackBlock, wire::TcpHeader::kMaxSackBlocks>& out) const {
    size_t newest = count_;
    for (size_t i = 0; i < count_; ++i) {
        if (latest_ - ranges_[i].from < ranges_[i].to - ranges_[i].from) newest = i;
    }
    u8 used = 0;
    const auto report = [&](size_t i) {
        for (u8 told = 0; told < used; ++told) {
            if (out[told].left == ranges_[i].from) return;
        }
        if (used < out.size()) out[used++] = {ranges_[i].from, ranges_[i].to};
    };
    if (newest < count_) report(newest);
    // Those just below came in the same round, which has this one acknowledgement for all of them.
    if (newest < count_ && newest > 0) report(newest - 1);
    // The others take turns: an acknowledgement that told of them may have been lost.
    const size_t turn = latest_ / 1024;
    for (size_t i = 0; i < min(count_, out.size()); ++i) report((turn + i) % count_);
    return used;
}

}  // namespace kedge::net
