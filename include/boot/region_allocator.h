// RegionAllocator: page-sized pieces of physical memory, for large files outside the heap.
#pragma once

#include "base/result.h"
#include "boot/memory_map.h"

namespace kedge::boot {

/// Keeps the free ranges, sorted and joined, in a fixed table; it never touches the memory itself.
/// All ranges are whole pages.
class RegionAllocator {
  public:
    static constexpr u64 kPage = 4096;
    static constexpr size_t kMaxRanges = 256;

    enum class From : u8 { bottom, top };

    /// Makes a range available; partial pages at its ends are dropped. If the table is full the
    /// range is lost.
    void add(AddressRange range);
    /// Takes whatever of `range` is free out for good.
    void reserve(AddressRange range);

    /// `size` bytes, rounded up to pages, inside `within`: the lowest or highest place.
    /// Error::no_memory.
    Result<AddressRange> allocate(u64 size, AddressRange within, From from);
    /// Makes an allocated block that begins at `block.begin` end at block.begin + size (rounded up)
    /// where it lies. False, with nothing changed, if the pages behind it are taken.
    bool resize_in_place(AddressRange block, u64 size);
    void release(AddressRange block) { add(block); }

    std::span<const AddressRange> free_ranges() const { return {ranges_.data(), count_}; }

  private:
    /// Removes [begin, end), which lies within ranges_[index].
    bool cut(size_t index, AddressRange piece);
    void erase(size_t index);

    std::array<AddressRange, kMaxRanges> ranges_{};
    size_t count_ = 0;
};

}  // namespace kedge::boot
