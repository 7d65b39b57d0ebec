#include "prefix/efi/memory.h"

namespace kedge::efi {
namespace {

constexpr u64 kFourGiB = u64{1} << 32;

/// An empty block has a page too, so that it has an address.
constexpr size_t page_count(size_t size) {
    return max<size_t>(size / kPageSize + (size % kPageSize != 0 ? 1 : 0), 1);
}

Result<u8*> allocate_pages(const Environment& env, size_t count, EFI_ALLOCATE_TYPE type,
                           u64 limit) {
    EFI_PHYSICAL_ADDRESS address = limit;
    if (failed(env.boot->AllocatePages(type, EfiLoaderData, count, &address))) {
        return Error::no_memory;
    }
    return reinterpret_cast<u8*>(address);
}

void free_pages(const Environment& env, const u8* first, size_t count) {
    if (count == 0) return;
    env.boot->FreePages(reinterpret_cast<EFI_PHYSICAL_ADDRESS>(first), count);
}

}  // namespace

Pages::~Pages() {
    if (bytes_.data() != nullptr) free_pages(env_, bytes_.data(), page_count(bytes_.size()));
}

Result<MutableBytes> Pages::allocate(size_t size) {
    ASSERT(bytes_.data() == nullptr);
    u8* first = TRY(allocate_pages(env_, page_count(size), AllocateAnyPages, 0));
    bytes_ = {first, size};
    return bytes_;
}

Result<MutableBytes> PageImageMemory::allocate(size_t size) {
    u8* first = TRY(allocate_pages(env_, page_count(size), AllocateAnyPages, 0));
    return MutableBytes(first, size);
}

Result<MutableBytes> PageImageMemory::resize(MutableBytes block, size_t size) {
    const size_t before = page_count(block.size());
    const size_t after = page_count(size);
    if (after <= before) {
        // The tail goes back in place: the only copy would be of the largest files.
        free_pages(env_, block.data() + after * kPageSize, before - after);
        return MutableBytes(block.data(), size);
    }
    const MutableBytes grown = TRY(allocate(size));
    copy_bytes(grown, block);
    release(block);
    return grown;
}

void PageImageMemory::release(MutableBytes block) {
    if (block.data() != nullptr) free_pages(env_, block.data(), page_count(block.size()));
}

Result<platform::DmaBuffer> PageDma::allocate(size_t size, size_t alignment) {
    ASSERT(is_power_of_two(alignment));
    if (size > kFourGiB || alignment > kFourGiB) return Error::no_memory;
    const size_t count = page_count(size);
    const size_t extra = alignment > kPageSize ? alignment / kPageSize - 1 : 0;
    u8* first = TRY(allocate_pages(env_, count + extra, AllocateMaxAddress, kFourGiB - 1));
    // Pages before and after the aligned part are not ours to keep.
    const u64 start = reinterpret_cast<u64>(first);
    const size_t before = (align_up(start, max(alignment, kPageSize)) - start) / kPageSize;
    u8* aligned = first + before * kPageSize;
    free_pages(env_, first, before);
    free_pages(env_, aligned + count * kPageSize, extra - before);
    const MutableBytes bytes(aligned, size);
    fill_bytes({aligned, count * kPageSize}, 0);
    return platform::DmaBuffer{bytes, reinterpret_cast<u64>(aligned)};
}

void PageDma::release(const platform::DmaBuffer& buffer) {
    if (buffer.bytes.data() == nullptr) return;
    free_pages(env_, buffer.bytes.data(), page_count(buffer.bytes.size()));
}

Result<volatile u8*> IdentityMapper::map(u64 physical, size_t size) {
    if (physical == 0 || physical + size < physical) return Error::invalid_argument;
    return reinterpret_cast<volatile u8*>(physical);
}

}  // namespace kedge::efi
