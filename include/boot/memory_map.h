// Arithmetic over the BIOS's memory map. ACPI Specification 6.5 section 15.1.
#pragma once

#include "base/reader.h"
#include "base/types.h"

namespace kedge::boot {

/// [begin, end), bytes.
struct AddressRange {
    u64 begin = 0;
    u64 end = 0;

    constexpr u64 size() const { return end - begin; }
    constexpr bool overlaps(const AddressRange& other) const {
        return begin < other.end && other.begin < end;
    }
    constexpr bool operator==(const AddressRange&) const = default;
};

constexpr u32 kUsableRam = 1;
constexpr u32 kReservedRam = 2;

/// A row of the map.
struct MemoryRow {
    AddressRange range;
    u32 type = 0;
    u32 attributes = 1;
};

/// Reads one 24-byte row; a row whose end would not fit 64 bits is cut there.
MemoryRow parse_memory_row(Reader& reader);

/// The inverse.
void emit_memory_row(Writer& writer, const MemoryRow& row);

/// A row that is RAM for anybody. Bit 0 of the attributes clear means "ignore this row".
constexpr bool is_usable(const MemoryRow& row) {
    return row.type == kUsableRam && (row.attributes & 1) != 0 && row.range.size() != 0;
}

/// The highest page-aligned place for `size` bytes of usable RAM between 1 MiB and `limit` that
/// touches no range of `avoid` nor a row of another type; 0 if there is none.
u64 highest_place(std::span<const MemoryRow> rows, u64 size, u64 limit,
                  std::span<const AddressRange> avoid);

/// Copies `rows` to `out` with `hidden` (whole pages) cut out of the usable ones, a row becoming
/// two where it must. Returns the number of rows, or 0 if `out` is too small.
size_t hide_ranges(std::span<const MemoryRow> rows, std::span<const AddressRange> hidden,
                   std::span<MemoryRow> out);

/// Bytes of contiguous usable RAM from `start` on, up to `limit`.
u64 contiguous_ram(std::span<const MemoryRow> rows, u64 start, u64 limit);

}  // namespace kedge::boot
