#include "prefix/bios/machine_memory.h"

#include "base/reader.h"

namespace kedge::bios {

namespace {

using boot::AddressRange;
using boot::RegionAllocator;

constexpr u64 kMiB = u64{1} << 20;
constexpr u64 kBelow4G = u64{1} << 32;

constexpr u32 kInt15Vector = 0x15 * 4;
constexpr u32 kBaseMemory = 0x413;

/// Where a kernel is unpacked and runs: images go there only when there is no other place.
constexpr AddressRange kKernelRoom = {kMiB, 96 * kMiB};
/// Kernels take initial RAM disks up to here.
constexpr AddressRange kPreferred = {kKernelRoom.end, 0x7ffff000};
constexpr AddressRange kHigh = {kPreferred.end, kBelow4G};

}  // namespace

MemoryMap::MemoryMap(const RealMode& real) {
    Reader reader(real.bounce());
    const size_t entries = real.info().map_entries;
    while (count_ < min<size_t>(entries, kMapMax)) rows_[count_++] = boot::parse_memory_row(reader);
}

u64 MemoryMap::usable() const {
    u64 sum = 0;
    for (const boot::MemoryRow& row : rows()) {
        if (is_usable(row)) sum += row.range.size();
    }
    return sum;
}

u32 MemoryHiding::hook_vector() const {
    const BootInfo& info = real_.info();
    return (info.base >> 4) << 16 | info.hook;
}

std::array<AddressRange, 2> MemoryHiding::hidden() const {
    const BootInfo& info = real_.info();
    return {AddressRange{info.base, u64{info.base_memory} * 1024},
            AddressRange{info.body, info.body + info.body_size}};
}

void MemoryHiding::install() {
    BootInfo& info = real_.info();
    static constinit std::array<boot::MemoryRow, kHiddenMapMax> rows{};
    const size_t count = hide_ranges(map_.rows(), hidden(), rows);
    if (count == 0 || installed_) return;
    const std::span<const boot::MemoryRow> visible(rows.data(), count);
    Writer writer({physical<u8>(info.base + kHiddenMap), kHiddenMapMax * 24});
    for (const boot::MemoryRow& row : visible) emit_memory_row(writer, row);
    info.hidden_entries = static_cast<u32>(count);
    info.below_16m = static_cast<u32>(contiguous_ram(visible, kMiB, 16 * kMiB) / 1024);
    info.above_16m =
        static_cast<u32>(contiguous_ram(visible, 16 * kMiB, kBelow4G - 1) / (64 * 1024));
    info.size_88 = static_cast<u32>(contiguous_ram(visible, kMiB, 64 * kMiB) / 1024);
    info.old_int15 = read_low32(kInt15Vector);
    write_low32(kInt15Vector, hook_vector());
    installed_ = true;
}

bool MemoryHiding::remove() {
    const BootInfo& info = real_.info();
    if (installed_) {
        if (read_low32(kInt15Vector) != hook_vector()) return false;
        write_low32(kInt15Vector, info.old_int15);
        installed_ = false;
    }
    if (read_low16(kBaseMemory) == info.base_memory) return true;  // done before
    if (read_low16(kBaseMemory) != info.base / 1024) return false;
    write_low16(kBaseMemory, static_cast<u16>(info.base_memory));
    return true;
}

bool MemoryHiding::is_hidden() {
    constexpr u32 kSmap = 0x534d4150;
    Registers registers;
    for (size_t i = 0; i < kHiddenMapMax; ++i) {
        registers.eax = 0xe820;
        registers.edx = kSmap;
        registers.ecx = 24;
        registers.edi = kBounce;
        registers.es.reset();
        real_.interrupt(0x15, registers);
        if (registers.carry() || registers.eax != kSmap) return false;
        Reader reader(real_.bounce());
        const boot::MemoryRow row = boot::parse_memory_row(reader);
        for (const AddressRange& range : hidden()) {
            if (is_usable(row) && row.range.overlaps(range)) return false;
        }
        if (registers.ebx == 0) return true;
    }
    return false;
}

BiosImageMemory::BiosImageMemory(const MemoryMap& map, std::span<const AddressRange> keep) {
    for (const boot::MemoryRow& row : map.rows()) {
        if (is_usable(row))
            regions_.add({max(row.range.begin, kMiB), min(row.range.end, kBelow4G)});
    }
    // Rows may overlap; what any of them calls reserved is reserved.
    for (const boot::MemoryRow& row : map.rows()) {
        if (!is_usable(row)) regions_.reserve(row.range);
    }
    for (const AddressRange& range : keep) regions_.reserve(range);
}

Result<MutableBytes> BiosImageMemory::allocate(size_t size) {
    const u64 wanted = max<u64>(size, 1);
    auto found = regions_.allocate(wanted, kPreferred, RegionAllocator::From::bottom);
    if (!found.ok()) found = regions_.allocate(wanted, kHigh, RegionAllocator::From::bottom);
    if (!found.ok()) found = regions_.allocate(wanted, kKernelRoom, RegionAllocator::From::top);
    const AddressRange range = TRY(found);
    return MutableBytes(physical<u8>(range.begin), size);
}

namespace {

AddressRange range_of(MutableBytes block) {
    const u64 begin = reinterpret_cast<u64>(block.data());
    return {begin, align_up(begin + max<size_t>(block.size(), 1), RegionAllocator::kPage)};
}

}  // namespace

Result<MutableBytes> BiosImageMemory::resize(MutableBytes block, size_t size) {
    if (block.data() == nullptr) return allocate(size);
    if (regions_.resize_in_place(range_of(block), max<u64>(size, 1))) {
        return MutableBytes(block.data(), size);
    }
    const MutableBytes larger = TRY(allocate(size));
    copy_bytes(larger, block);
    release(block);
    return larger;
}

void BiosImageMemory::release(MutableBytes block) {
    if (block.data() != nullptr) regions_.release(range_of(block));
}

Result<platform::DmaBuffer> HeapDma::allocate(size_t size, size_t alignment) {
    void* memory = heap_.allocate(size, max<size_t>(alignment, 16));
    if (memory == nullptr) return Error::no_memory;
    const MutableBytes bytes(static_cast<u8*>(memory), size);
    fill_bytes(bytes, 0);
    return platform::DmaBuffer{bytes, reinterpret_cast<u64>(memory)};
}

void HeapDma::release(const platform::DmaBuffer& buffer) { heap_.release(buffer.bytes.data()); }

// Page tables: AMD64 Architecture Programmer's Manual volume 2, section 5.3.
namespace {

constexpr u64 kPresentWritable = 3;
constexpr u64 kUncached = 0x18;  // PCD, PWT
constexpr u64 kLargePage = 0x80;
constexpr u64 kLargePageSize = 2 * kMiB;
constexpr u64 kAddressMask = 0x000ffffffffff000;
constexpr u64 kCanonicalEnd = u64{1} << 47;

}  // namespace

Result<u64*> BiosMmioMapper::table(u64& entry) {
    if ((entry & 1) == 0) {
        void* memory = heap_.allocate(4096, 4096);
        if (memory == nullptr) return Error::no_memory;
        fill_bytes({static_cast<u8*>(memory), 4096}, 0);
        entry = reinterpret_cast<u64>(memory) | kPresentWritable;
    }
    return ::kedge::bios::physical<u64>(entry & kAddressMask);
}

Result<volatile u8*> BiosMmioMapper::map(u64 physical, size_t size) {
    if (size == 0 || size > kCanonicalEnd || physical > kCanonicalEnd - size) {
        return Error::invalid_argument;
    }
    u64* const root = ::kedge::bios::physical<u64>(real_.info().base + kPageTables);
    u64 at = align_down(max(physical, kBelow4G), kLargePageSize);
    for (; at < physical + size; at += kLargePageSize) {
        u64* const pointers = TRY(table(root[at >> 39 & 511]));
        u64* const directory = TRY(table(pointers[at >> 30 & 511]));
        u64& entry = directory[at >> 21 & 511];
        if (entry == 0) entry = at | kPresentWritable | kUncached | kLargePage;
        asm volatile("invlpg (%0)" : : "r"(at) : "memory");
    }
    return ::kedge::bios::physical<volatile u8>(physical);
}

}  // namespace kedge::bios
