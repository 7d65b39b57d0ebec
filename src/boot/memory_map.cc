#include "boot/memory_map.h"

namespace kedge::boot {

namespace {

constexpr u64 kPage = 4096;
constexpr u64 kOneMegabyte = 0x100000;

/// Lowers `top` until [top - size, top) is free of everything in `row`'s way. False if nothing
/// remains above `bottom`.
bool step_below(AddressRange& candidate, const AddressRange& obstacle, u64 size, u64 bottom) {
    if (obstacle.size() == 0 || !candidate.overlaps(obstacle)) return true;
    const u64 top = align_down(obstacle.begin, kPage);
    if (top < size || top - size < bottom) {
        candidate = {};
        return false;
    }
    candidate = {top - size, top};
    return true;
}

/// The highest place inside one range, or an empty range.
AddressRange place_in(AddressRange inside, u64 size, std::span<const MemoryRow> rows,
                      std::span<const AddressRange> avoid) {
    const u64 bottom = align_up(inside.begin, kPage);
    const u64 top = align_down(inside.end, kPage);
    if (top < size || top - size < bottom) return {};
    AddressRange candidate{top - size, top};
    // Each step moves down below one obstacle; with every obstacle passed once nothing is left.
    for (size_t round = 0; round <= rows.size() + avoid.size(); ++round) {
        const u64 before = candidate.begin;
        for (const AddressRange& obstacle : avoid) {
            if (!step_below(candidate, obstacle, size, bottom)) return {};
        }
        for (const MemoryRow& row : rows) {
            if (is_usable(row)) continue;
            if (!step_below(candidate, row.range, size, bottom)) return {};
        }
        if (candidate.begin == before) return candidate;
    }
    return {};
}

}  // namespace

MemoryRow parse_memory_row(Reader& reader) {
    MemoryRow row;
    row.range.begin = reader.le64_();
    const u64 length = reader.le64_();
    row.range.end = length > UINT64_MAX - row.range.begin ? UINT64_MAX : row.range.begin + length;
    row.type = reader.le32_();
    row.attributes = reader.le32_();
    return row;
}

void emit_memory_row(Writer& writer, const MemoryRow& row) {
    writer.le64_(row.range.begin);
    writer.le64_(row.range.size());
    writer.le32_(row.type);
    writer.le32_(row.attributes);
}

u64 highest_place(std::span<const MemoryRow> rows, u64 size, u64 limit,
                  std::span<const AddressRange> avoid) {
    AddressRange best;
    size = align_up(size, kPage);
    if (size == 0) return 0;
    for (const MemoryRow& row : rows) {
        if (!is_usable(row)) continue;
        const AddressRange inside{max(row.range.begin, kOneMegabyte), min(row.range.end, limit)};
        if (inside.begin >= inside.end) continue;
        const AddressRange found = place_in(inside, size, rows, avoid);
        if (found.begin > best.begin) best = found;
    }
    return best.begin;
}

size_t hide_ranges(std::span<const MemoryRow> rows, std::span<const AddressRange> hidden,
                   std::span<MemoryRow> out) {
    size_t count = 0;
    for (const MemoryRow& row : rows) {
        u64 from = row.range.begin;
        while (from < row.range.end) {
            // The first hidden range that touches what is left of this row.
            const AddressRange left{from, row.range.end};
            AddressRange cut{row.range.end, row.range.end};
            for (const AddressRange& range : hidden) {
                if (!is_usable(row) || !range.overlaps(left)) continue;
                const u64 begin = max(range.begin, from);
                if (begin < cut.begin) cut = {begin, min(range.end, row.range.end)};
            }
            if (cut.begin > from) {
                if (count == out.size()) return 0;
                out[count++] = {{from, cut.begin}, row.type, row.attributes};
            }
            from = cut.end;
        }
    }
    return count;
}

u64 contiguous_ram(std::span<const MemoryRow> rows, u64 start, u64 limit) {
    u64 end = start;
    for (size_t round = 0; round < rows.size(); ++round) {  // rows need not be sorted
        const u64 before = end;
        for (const MemoryRow& row : rows) {
            if (is_usable(row) && row.range.begin <= end && row.range.end > end) {
                end = row.range.end;
            }
        }
        if (end == before) break;
    }
    return min(end, limit) - min(start, limit);
}

}  // namespace kedge::boot
