// Dma on the heap: each allocation a block of its own, so that the address sanitizer sees overruns.
#pragma once

#include <map>

#include "platform/memory.h"

namespace kedge::fakes {

class Dma final : public platform::Dma {
  public:
    ~Dma();

    Result<platform::DmaBuffer> allocate(size_t size, size_t alignment) override;
    void release(const platform::DmaBuffer& buffer) override;

    /// What a device reaches at an address it was told. Throws std::logic_error unless all of
    /// [address, address + size) lies in one live allocation.
    MutableBytes at(u64 address, size_t size) const;

    size_t live() const { return blocks_.size(); }
    size_t live_bytes() const;

    /// Further allocations of more than this many bytes fail.
    size_t largest = SIZE_MAX;
    /// That many more allocations succeed.
    size_t remaining = SIZE_MAX;
    /// Where device addresses begin: never the CPU's own, so that mixing them up shows.
    u64 next_address = 0x1'0000'0000;

  private:
    std::map<u64, MutableBytes> blocks_;
};

}  // namespace kedge::fakes
