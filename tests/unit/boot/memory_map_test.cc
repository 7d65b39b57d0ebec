#include "boot/memory_map.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace kedge;
using boot::AddressRange;
using boot::MemoryRow;

namespace {

constexpr u64 kMiB = 1 << 20;
constexpr u64 k4G = u64{1} << 32;

MemoryRow ram(u64 begin, u64 end) { return {{begin, end}, boot::kUsableRam, 1}; }
MemoryRow reserved(u64 begin, u64 end) { return {{begin, end}, boot::kReservedRam, 1}; }

std::vector<MemoryRow> hide(std::vector<MemoryRow> rows, std::vector<AddressRange> hidden) {
    std::vector<MemoryRow> out(rows.size() + 2 * hidden.size());
    out.resize(hide_ranges(rows, hidden, out));
    return out;
}

bool same(const MemoryRow& a, const MemoryRow& b) {
    return a.range == b.range && a.type == b.type && a.attributes == b.attributes;
}

}  // namespace

TEST_CASE("memory map: a row is read, and an end beyond 64 bits is cut", "[memory_map]") {
    std::vector<u8> bytes(24);
    Writer writer(bytes);
    emit_memory_row(writer, ram(kMiB, 5 * kMiB));
    Reader reader(bytes);
    REQUIRE(same(boot::parse_memory_row(reader), ram(kMiB, 5 * kMiB)));

    Writer again(bytes);
    again.le64_(UINT64_MAX - 10);
    again.le64_(100);
    Reader wrapped(bytes);
    REQUIRE(boot::parse_memory_row(wrapped).range == AddressRange{UINT64_MAX - 10, UINT64_MAX});
}

TEST_CASE("memory map: the highest place is below 4 GiB and page aligned", "[memory_map]") {
    const MemoryRow rows[] = {ram(0, 0x9fc00), ram(kMiB, 512 * kMiB + 0x123), ram(k4G, 2 * k4G)};
    REQUIRE(highest_place(rows, 2 * kMiB, k4G, {}) == 510 * kMiB);
    REQUIRE(highest_place(rows, 512 * kMiB, k4G, {}) == 0);
    REQUIRE(highest_place(rows, 0, k4G, {}) == 0);
    REQUIRE(highest_place(rows, 511 * kMiB, k4G, {}) == kMiB);
    const MemoryRow across[] = {ram(kMiB, 2 * k4G)};
    REQUIRE(highest_place(across, kMiB, k4G, {}) == k4G - kMiB);
}

TEST_CASE("memory map: the highest place goes around obstacles", "[memory_map]") {
    const MemoryRow rows[] = {ram(kMiB, 100 * kMiB)};
    const AddressRange top[] = {{99 * kMiB + 5, 100 * kMiB}};
    REQUIRE(highest_place(rows, kMiB, k4G, top) == 98 * kMiB);
    const AddressRange chain[] = {{97 * kMiB, 98 * kMiB}, {99 * kMiB, 100 * kMiB}};
    REQUIRE(highest_place(rows, kMiB, k4G, chain) == 98 * kMiB);
    REQUIRE(highest_place(rows, 2 * kMiB, k4G, chain) == 95 * kMiB);
    const AddressRange all[] = {{0, k4G}};
    REQUIRE(highest_place(rows, 4096, k4G, all) == 0);
    const AddressRange nothing[] = {{0, 0}};
    REQUIRE(highest_place(rows, kMiB, k4G, nothing) == 99 * kMiB);
}

TEST_CASE("memory map: RAM that another row reserves is not used", "[memory_map]") {
    const MemoryRow rows[] = {ram(kMiB, 100 * kMiB), reserved(50 * kMiB, 200 * kMiB)};
    REQUIRE(highest_place(rows, kMiB, k4G, {}) == 49 * kMiB);
    const MemoryRow ignored[] = {{{kMiB, 100 * kMiB}, boot::kUsableRam, 0}};
    REQUIRE(highest_place(ignored, kMiB, k4G, {}) == 0);
}

TEST_CASE("memory map: hiding splits, shortens and removes rows", "[memory_map]") {
    const std::vector<MemoryRow> rows = {ram(0, 0x9f000), reserved(0x9f000, 0xa0000),
                                         ram(kMiB, 10 * kMiB)};
    auto out = hide(rows, {{4 * kMiB, 5 * kMiB}});
    REQUIRE(out.size() == 4);
    REQUIRE(same(out[2], ram(kMiB, 4 * kMiB)));
    REQUIRE(same(out[3], ram(5 * kMiB, 10 * kMiB)));

    out = hide(rows, {{9 * kMiB, 11 * kMiB}, {0x90000, 0x9f000}});
    REQUIRE(out.size() == 3);
    REQUIRE(same(out[0], ram(0, 0x90000)));
    REQUIRE(same(out[2], ram(kMiB, 9 * kMiB)));

    out = hide(rows, {{0, 10 * kMiB}});
    REQUIRE(out.size() == 1);
    REQUIRE(same(out[0], rows[1]));  // reserved stays reserved

    out = hide(rows, {{3 * kMiB, 5 * kMiB}, {4 * kMiB, 6 * kMiB}, {2 * kMiB, 3 * kMiB}});
    REQUIRE(out.size() == 4);
    REQUIRE(same(out[2], ram(kMiB, 2 * kMiB)));
    REQUIRE(same(out[3], ram(6 * kMiB, 10 * kMiB)));
}

TEST_CASE("memory map: hiding says so when the rows do not fit", "[memory_map]") {
    const MemoryRow rows[] = {ram(0, 10 * kMiB)};
    const AddressRange hidden[] = {{kMiB, 2 * kMiB}};
    MemoryRow out[1];
    REQUIRE(hide_ranges(rows, hidden, out) == 0);
}

TEST_CASE("memory map: contiguous RAM joins rows in any order", "[memory_map]") {
    const MemoryRow rows[] = {ram(20 * kMiB, 30 * kMiB), ram(kMiB, 20 * kMiB),
                              ram(31 * kMiB, 40 * kMiB)};
    REQUIRE(contiguous_ram(rows, kMiB, k4G) == 29 * kMiB);
    REQUIRE(contiguous_ram(rows, kMiB, 16 * kMiB) == 15 * kMiB);
    REQUIRE(contiguous_ram(rows, 30 * kMiB, k4G) == 0);
    REQUIRE(contiguous_ram(rows, 16 * kMiB, kMiB) == 0);
}
