// A first-fit heap over memory that the composition root hands over. operator new(std::nothrow)
// of an image takes from the heap given to set_heap(); unit tests use Heap objects of their own.
#pragma once

#include "base/types.h"

namespace kedge {

class Heap {
  public:
    constexpr Heap() = default;
    Heap(const Heap&) = delete;
    Heap& operator=(const Heap&) = delete;

    /// Gives the heap a region to serve from; may be called again with further regions.
    void add(MutableBytes region);

    /// At least 16-byte aligned; null when no block is large enough. `alignment` is a power of two.
    void* allocate(size_t size, size_t alignment = 16);
    /// Takes back what allocate() gave; null is allowed. Neighbouring free blocks are joined.
    void release(void* memory);

    size_t free_bytes() const { return free_bytes_; }
    size_t largest_free() const;

  private:
    struct Block;
    Block* free_ = nullptr;  // by ascending address
    size_t free_bytes_ = 0;
};

/// The heap behind operator new in an image.
void set_heap(Heap& heap);

}  // namespace kedge
