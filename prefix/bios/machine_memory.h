// The machine's memory: the BIOS's map, our own memory hidden from it, and what is left for images
// and devices.
#pragma once

#include "base/heap.h"
#include "boot/memory_map.h"
#include "boot/region_allocator.h"
#include "platform/memory.h"
#include "prefix/bios/real_mode.h"

namespace kedge::bios {

/// The BIOS's map as it was when we started.
class MemoryMap {
  public:
    /// Takes the map out of the bounce buffer: before any BIOS call.
    explicit MemoryMap(const RealMode& real);

    std::span<const boot::MemoryRow> rows() const { return {rows_.data(), count_}; }
    /// Bytes of RAM.
    u64 usable() const;

  private:
    std::array<boot::MemoryRow, kMapMax> rows_{};
    size_t count_ = 0;
};

/// Hides our memory from whoever asks INT 15h, while we are in it.
class MemoryHiding {
  public:
    MemoryHiding(RealMode& real, const MemoryMap& map) : real_(real), map_(map) {}

    /// Hooks INT 15h. Nothing is hooked if the map has more rows than fit.
    void install();
    /// Unhooks it and gives base memory back. False if somebody hooked it after us: then our
    /// memory must stay.
    bool remove();

    /// Asks INT 15h E820 as a payload would: is none of our memory offered as RAM?
    bool is_hidden();

  private:
    u32 hook_vector() const;
    std::array<boot::AddressRange, 2> hidden() const;

    RealMode& real_;
    const MemoryMap& map_;
    bool installed_ = false;
};

/// platform::ImageMemory over RAM from 1 MiB to 4 GiB.
class BiosImageMemory final : public platform::ImageMemory {
  public:
    /// `keep` are further ranges that must not be touched.
    BiosImageMemory(const MemoryMap& map, std::span<const boot::AddressRange> keep);

    Result<MutableBytes> allocate(size_t size) override;
    Result<MutableBytes> resize(MutableBytes block, size_t size) override;
    void release(MutableBytes block) override;

    /// For loaders that arrange things themselves.
    boot::RegionAllocator& regions() { return regions_; }

  private:
    boot::RegionAllocator regions_;
};

/// platform::Dma from the heap: identity mapped, below 4 GiB.
class HeapDma final : public platform::Dma {
  public:
    explicit HeapDma(Heap& heap) : heap_(heap) {}

    Result<platform::DmaBuffer> allocate(size_t size, size_t alignment) override;
    void release(const platform::DmaBuffer& buffer) override;

  private:
    Heap& heap_;
};

/// Everything below 4 GiB is mapped already; above, pages are added.
class BiosMmioMapper final : public platform::MmioMapper {
  public:
    BiosMmioMapper(RealMode& real, Heap& heap) : real_(real), heap_(heap) {}

    Result<volatile u8*> map(u64 physical, size_t size) override;

  private:
    /// The table that `entry` points to, made if there is none.
    Result<u64*> table(u64& entry);

    RealMode& real_;
    Heap& heap_;
};

}  // namespace kedge::bios
