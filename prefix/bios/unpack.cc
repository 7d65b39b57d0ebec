// The unpacker: finds a place for us, as high as possible below 4 GiB, and puts us there. It is
// linked on its own, runs wherever the payload was loaded, and has no variables.

#include "base/reader.h"
#include "base/str.h"
#include "boot/call_filter.h"
#include "boot/lzma.h"
#include "boot/memory_map.h"
#include "prefix/bios/boot_info.h"
#include "prefix/bios/payload.h"
#include "prefix/common/crc32.h"

extern "C" const kedge::u8 payload_start[];
extern "C" const kedge::u8 payload_header[];

namespace kedge::bios {

namespace {

constexpr u64 kBelow4G = u64{1} << 32;
constexpr u64 kStackSize = 256 * 1024;
constexpr u64 kMinHeap = 4 << 20;
constexpr u64 kMaxHeap = 32 << 20;

[[noreturn]] void fail(BootInfo& info, StrView text) {
    const MutableBytes bounce(physical<u8>(info.base + kBounce), kBounceSize);
    const size_t size = copy_bytes(bounce.first(kBounceSize - 1), text.bytes());
    bounce[size] = 0;
    physical<void(u32)>(info.base + info.call_real)(info.do_fail);
    __builtin_trap();
}

/// What the block holds, in this order: image and .bss, stack, heap.
struct Layout {
    u64 image = 0;
    u64 heap = 0;
    u64 total = 0;
};

Layout choose_layout(std::span<const boot::MemoryRow> rows, u64 image) {
    u64 ram = 0;
    for (const boot::MemoryRow& row : rows) {
        if (is_usable(row)) ram += min(row.range.end, kBelow4G) - min(row.range.begin, kBelow4G);
    }
    Layout layout;
    layout.image = align_up(image, 4096) + kStackSize;
    layout.heap = align_down(clamp(ram / 8, kMinHeap, kMaxHeap), 4096);
    layout.total = layout.image + layout.heap;
    return layout;
}

void apply_relocations(MutableBytes image, Bytes offsets, BootInfo& info) {
    Reader reader(offsets);
    while (reader.remaining() != 0) {
        const u32 offset = reader.le32_();
        if (offset > image.size() - 8) fail(info, "Kedge: the boot image is damaged (relocation).");
        const MutableBytes word = image.subspan(offset, 8);
        store_le<u64>(word, load_le<u64>(word) + info.body);
    }
}

}  // namespace

extern "C" [[noreturn]] void unpack_main(BootInfo& info) {
    Reader reader(Bytes(payload_header, kPayloadHeaderSize));
    const u32 magic = reader.le32_();
    PayloadHeader header;
    header.stream_size = reader.le32_();
    header.image_size = reader.le32_();
    header.memory_size = reader.le32_();
    header.relocations = reader.le32_();
    header.entry = reader.le32_();
    header.crc32 = reader.le32_();
    header.code_size = reader.le32_();
    const u64 unpacked = header.image_size + u64{header.relocations} * 4;
    if (magic != kPayloadMagic || info.magic != kBootMagic || header.image_size < 8 ||
        header.code_size > header.image_size) {
        fail(info, "Kedge: the boot image is damaged (header).");
    }

    // A row that is left out may be one that says what not to touch.
    const size_t count = info.map_entries;
    if (count > kMapMax) fail(info, "Kedge: the BIOS's memory map (E820) has more than 166 rows.");
    boot::MemoryRow rows[kMapMax];  // the stack has 8 KiB
    static_assert(sizeof rows <= 4096);
    Reader map(Bytes(physical<u8>(info.base + kBounce), kBounceSize));
    for (size_t i = 0; i < count; ++i) rows[i] = boot::parse_memory_row(map);
    const std::span<const boot::MemoryRow> all(rows, count);

    // Behind the payload, as kedge-image has noted it.
    const u64 begin = reinterpret_cast<u64>(payload_start);
    Reader front(Bytes(payload_start, kPayloadFrontSize));
    front.skip(kPayloadSizeAt);
    info.appendix = static_cast<u32>(begin + front.le32_());
    info.appendix_size = front.le32_();

    // The offsets lie where .bss and stack will be, the decoder's model in the future heap.
    const Layout layout = choose_layout(all, max(u64{header.memory_size}, unpacked));
    const u64 stream = reinterpret_cast<u64>(payload_header) + kPayloadHeaderSize;
    const boot::AddressRange avoid[] = {
        {begin, max(stream + header.stream_size, u64{info.appendix} + info.appendix_size)},
        {info.initrd, u64{info.initrd} + info.initrd_size},
    };
    info.body = highest_place(all, layout.total, kBelow4G, avoid);
    if (info.body == 0) fail(info, "Kedge: not enough memory to start.");
    info.body_size = layout.total;
    info.heap = info.body + layout.image;
    info.heap_size = layout.heap;

    const MutableBytes memory(physical<u8>(info.body), layout.image);
    const Bytes packed(physical<u8>(stream), header.stream_size);
    const MutableBytes out = memory.first(unpacked);
    auto& model = *physical<boot::LzmaModel>(info.heap);
    const bool unpacks = lzma_decode(packed, out, model).ok();
    if (unpacks) boot::undo_call_filter(out.first(header.code_size));
    if (!unpacks || crc32(out) != header.crc32) {
        fail(info, "Kedge: the boot image is damaged (it does not unpack).");
    }
    const MutableBytes image = memory.first(header.image_size);
    apply_relocations(image, out.subspan(header.image_size), info);
    fill_bytes(memory.subspan(header.image_size), 0);

    // The stack grows down from the heap.
    asm volatile("mov %0, %%rsp; xor %%ebp, %%ebp; call *%1; ud2"
                 :
                 : "a"(info.heap), "c"(info.body + header.entry), "D"(&info)
                 : "memory");
    __builtin_unreachable();
}

}  // namespace kedge::bios
