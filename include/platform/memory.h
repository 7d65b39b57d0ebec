// Memory for large things and for devices. Small objects come from the heap.
#pragma once

#include "base/result.h"
#include "base/types.h"

namespace kedge::platform {

/// Memory for downloaded files: up to gigabytes, page aligned, outside the heap. On BIOS machines
/// it lies where a kernel may find its initial ram disk.
class ImageMemory {
  public:
    /// Page-aligned memory of at least `size` bytes (the span has exactly `size`), contents
    /// undefined. Error::no_memory.
    virtual Result<MutableBytes> allocate(size_t size) = 0;
    /// The same contents in a block of the new size, perhaps elsewhere; on failure the old block
    /// stays valid. The first min(old, new) bytes are kept.
    virtual Result<MutableBytes> resize(MutableBytes block, size_t size) = 0;
    virtual void release(MutableBytes block) = 0;

  protected:
    ~ImageMemory() = default;
};

/// Memory that a device reads or writes on its own.
struct DmaBuffer {
    MutableBytes bytes;
    u64 device_address = 0;  // what the device must be told
};

class Dma {
  public:
    /// Zeroed, physically contiguous, aligned to `alignment` (a power of two, at least 16) for CPU
    /// and device. Error::no_memory.
    virtual Result<DmaBuffer> allocate(size_t size, size_t alignment) = 0;
    /// Only after the device is known to have stopped using it.
    virtual void release(const DmaBuffer& buffer) = 0;

  protected:
    ~Dma() = default;
};

/// Makes device registers reachable.
class MmioMapper {
  public:
    /// The registers at a physical address; the mapping lasts until hand-over. Error::no_memory
    /// when page tables cannot be made.
    virtual Result<volatile u8*> map(u64 physical, size_t size) = 0;

  protected:
    ~MmioMapper() = default;
};

}  // namespace kedge::platform
