// Memory from the firmware's page allocator. UEFI Specification 2.10, section 7.2. All of it is
// EfiLoaderData: a started operating system gets it back by itself.
#pragma once

#include "platform/memory.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

inline constexpr size_t kPageSize = 4096;

/// A block of pages, freed by the destructor.
class Pages {
  public:
    explicit Pages(const Environment& env) : env_(env) {}
    ~Pages();
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    /// Error::no_memory. Once per object.
    Result<MutableBytes> allocate(size_t size);

  private:
    const Environment& env_;
    MutableBytes bytes_;
};

class PageImageMemory final : public platform::ImageMemory {
  public:
    explicit PageImageMemory(const Environment& env) : env_(env) {}

    Result<MutableBytes> allocate(size_t size) override;
    Result<MutableBytes> resize(MutableBytes block, size_t size) override;
    void release(MutableBytes block) override;

  private:
    const Environment& env_;
};

/// Below 4 GiB, so that every card reaches it; device addresses are physical ones.
class PageDma final : public platform::Dma {
  public:
    explicit PageDma(const Environment& env) : env_(env) {}

    Result<platform::DmaBuffer> allocate(size_t size, size_t alignment) override;
    void release(const platform::DmaBuffer& buffer) override;

  private:
    const Environment& env_;
};

/// The firmware maps all of memory and all BARs one to one.
class IdentityMapper final : public platform::MmioMapper {
  public:
    Result<volatile u8*> map(u64 physical, size_t size) override;
};

}  // namespace kedge::efi
