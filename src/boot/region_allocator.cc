#include "boot/region_allocator.h"

namespace kedge::boot {

void RegionAllocator::erase(size_t index) {
    for (size_t i = index; i + 1 < count_; ++i) ranges_[i] = ranges_[i + 1];
    --count_;
}

void RegionAllocator::add(AddressRange range) {
    if (range.begin > UINT64_MAX - kPage) return;
    range = {align_up(range.begin, kPage), align_down(range.end, kPage)};
    if (range.begin >= range.end) return;
    // Swallow every free range it touches, so that what remains is sorted and apart.
    for (size_t i = 0; i < count_;) {
        if (ranges_[i].begin > range.end || ranges_[i].end < range.begin) {
            ++i;
            continue;
        }
        range = {min(range.begin, ranges_[i].begin), max(range.end, ranges_[i].end)};
        erase(i);
    }
    if (count_ == kMaxRanges) return;
    size_t at = count_++;
    for (; at > 0 && ranges_[at - 1].begin > range.begin; --at) ranges_[at] = ranges_[at - 1];
    ranges_[at] = range;
}

bool RegionAllocator::cut(size_t index, AddressRange piece) {
    const AddressRange whole = ranges_[index];
    const AddressRange before{whole.begin, piece.begin};
    const AddressRange after{piece.end, whole.end};
    if (before.size() != 0 && after.size() != 0) {
        if (count_ == kMaxRanges) return false;
        for (size_t i = count_++; i > index + 1; --i) ranges_[i] = ranges_[i - 1];
        ranges_[index] = before;
        ranges_[index + 1] = after;
    } else if (before.size() != 0) {
        ranges_[index] = before;
    } else if (after.size() != 0) {
        ranges_[index] = after;
    } else {
        erase(index);
    }
    return true;
}

void RegionAllocator::reserve(AddressRange range) {
    range.begin = align_down(range.begin, kPage);
    if (range.end > UINT64_MAX - kPage) range.end = align_down(range.end, kPage);
    range.end = align_up(range.end, kPage);
    for (size_t i = 0; i < count_;) {
        const AddressRange piece{max(range.begin, ranges_[i].begin),
                                 min(range.end, ranges_[i].end)};
        if (piece.begin >= piece.end) {
            ++i;
            continue;
        }
        if (!cut(i, piece)) {
            ranges_[i].end = piece.begin;  // no room to remember the rest: lose it
        }
        i = 0;
    }
}

Result<AddressRange> RegionAllocator::allocate(u64 size, AddressRange within, From from) {
    if (size == 0 || size > UINT64_MAX - kPage) return Error::no_memory;
    size = align_up(size, kPage);
    for (size_t n = 0; n < count_; ++n) {
        const size_t i = from == From::bottom ? n : count_ - 1 - n;
        const u64 begin = align_up(max(ranges_[i].begin, within.begin), kPage);
        const u64 end = align_down(min(ranges_[i].end, within.end), kPage);
        if (begin >= end || end - begin < size) continue;
        const AddressRange piece = from == From::bottom ? AddressRange{begin, begin + size}
                                                        : AddressRange{end - size, end};
        if (cut(i, piece)) return piece;
    }
    return Error::no_memory;
}

bool RegionAllocator::resize_in_place(AddressRange block, u64 size) {
    if (size == 0 || size > UINT64_MAX - kPage - block.begin) return false;
    const u64 old_end = align_up(block.end, kPage);
    const u64 new_end = align_up(block.begin + size, kPage);
    if (new_end <= old_end) {
        add({new_end, old_end});
        return true;
    }
    for (size_t i = 0; i < count_; ++i) {
        if (ranges_[i].begin == old_end && ranges_[i].end >= new_end) {
            return cut(i, {old_end, new_end});
        }
    }
    return false;
}

}  // namespace kedge::boot
