#include "boot/region_allocator.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace kedge;
using boot::AddressRange;
using boot::RegionAllocator;
using From = boot::RegionAllocator::From;

namespace {

constexpr u64 kPage = RegionAllocator::kPage;
constexpr AddressRange kAnywhere = {0, UINT64_MAX};

}  // namespace

TEST_CASE("regions: partial pages are dropped, neighbours joined", "[regions]") {
    RegionAllocator regions;
    regions.add({100, 3 * kPage + 5});
    REQUIRE(regions.free_ranges().size() == 1);
    REQUIRE(regions.free_ranges()[0] == AddressRange{kPage, 3 * kPage});
    regions.add({5 * kPage, 6 * kPage});
    regions.add({3 * kPage, 5 * kPage});
    REQUIRE(regions.free_ranges().size() == 1);
    REQUIRE(regions.free_ranges()[0] == AddressRange{kPage, 6 * kPage});
    regions.add({10, 20});
    regions.add({UINT64_MAX - 5, UINT64_MAX});
    REQUIRE(regions.free_ranges().size() == 1);
}

TEST_CASE("regions: files one after the other lie one after the other", "[regions]") {
    RegionAllocator regions;
    regions.add({kPage, 100 * kPage});
    const auto first = regions.allocate(3 * kPage + 1, kAnywhere, From::bottom);
    const auto second = regions.allocate(10, kAnywhere, From::bottom);
    REQUIRE(*first == AddressRange{kPage, 5 * kPage});
    REQUIRE(*second == AddressRange{5 * kPage, 6 * kPage});
    REQUIRE(regions.allocate(1, kAnywhere, From::top)->begin == 99 * kPage);
}

TEST_CASE("regions: the window is respected", "[regions]") {
    RegionAllocator regions;
    regions.add({kPage, 100 * kPage});
    REQUIRE(regions.allocate(kPage, {50 * kPage, 60 * kPage}, From::bottom)->begin == 50 * kPage);
    REQUIRE(regions.allocate(kPage, {50 * kPage, 60 * kPage}, From::top)->begin == 59 * kPage);
    REQUIRE_FALSE(regions.allocate(9 * kPage, {50 * kPage, 60 * kPage}, From::top).ok());
    REQUIRE_FALSE(regions.allocate(kPage, {80 * kPage, 80 * kPage + 100}, From::top).ok());
    REQUIRE_FALSE(regions.allocate(0, kAnywhere, From::top).ok());
    REQUIRE_FALSE(regions.allocate(UINT64_MAX, kAnywhere, From::top).ok());
}

TEST_CASE("regions: a block grows and shrinks where it lies, if it can", "[regions]") {
    RegionAllocator regions;
    regions.add({kPage, 10 * kPage});
    const AddressRange block = *regions.allocate(2 * kPage, kAnywhere, From::bottom);
    REQUIRE(regions.resize_in_place(block, 4 * kPage - 1));
    REQUIRE(regions.free_ranges()[0].begin == 5 * kPage);
    const AddressRange next = *regions.allocate(kPage, kAnywhere, From::bottom);
    REQUIRE_FALSE(regions.resize_in_place({kPage, 5 * kPage}, 5 * kPage));
    REQUIRE(regions.resize_in_place({kPage, 5 * kPage}, 1));
    REQUIRE(regions.free_ranges()[0] == AddressRange{2 * kPage, 5 * kPage});
    REQUIRE_FALSE(regions.resize_in_place(next, 100 * kPage));
    REQUIRE_FALSE(regions.resize_in_place(next, UINT64_MAX));
    REQUIRE(regions.resize_in_place(next, 5 * kPage));
    REQUIRE(regions.free_ranges().size() == 1);
}

TEST_CASE("regions: reserving takes partial pages too", "[regions]") {
    RegionAllocator regions;
    regions.add({0, 10 * kPage});
    regions.reserve({2 * kPage + 1, 3 * kPage + 1});
    REQUIRE(regions.free_ranges().size() == 2);
    REQUIRE(regions.free_ranges()[0] == AddressRange{0, 2 * kPage});
    REQUIRE(regions.free_ranges()[1] == AddressRange{4 * kPage, 10 * kPage});
    regions.reserve({0, UINT64_MAX});
    REQUIRE(regions.free_ranges().empty());
}

TEST_CASE("regions: a full table loses memory, never order or truth", "[regions]") {
    RegionAllocator regions;
    for (u64 i = 0; i < RegionAllocator::kMaxRanges + 10; ++i) {
        regions.add({2 * i * kPage, (2 * i + 1) * kPage});
    }
    REQUIRE(regions.free_ranges().size() == RegionAllocator::kMaxRanges);
    for (u64 i = 0; i < RegionAllocator::kMaxRanges; ++i) {
        REQUIRE(regions.allocate(kPage, kAnywhere, From::bottom).ok());
    }
    REQUIRE_FALSE(regions.allocate(kPage, kAnywhere, From::bottom).ok());
}

TEST_CASE("regions: random use never hands out a page twice", "[regions]") {
    RegionAllocator regions;
    constexpr u64 kPages = 500;
    regions.add({0, kPages * kPage});
    std::mt19937 random(3);
    std::vector<AddressRange> blocks;
    std::vector<bool> used(kPages);
    const auto mark = [&](AddressRange range, bool value) {
        for (u64 page = range.begin / kPage; page < range.end / kPage; ++page) {
            REQUIRE(used[page] != value);
            used[page] = value;
        }
    };
    for (int round = 0; round < 5000; ++round) {
        if (random() % 2 == 0 || blocks.empty()) {
            const auto block = regions.allocate(random() % (20 * kPage) + 1, kAnywhere,
                                                random() % 2 == 0 ? From::bottom : From::top);
            if (!block.ok()) continue;
            mark(*block, true);
            blocks.push_back(*block);
        } else {
            const size_t at = random() % blocks.size();
            mark(blocks[at], false);
            regions.release(blocks[at]);
            blocks.erase(blocks.begin() + static_cast<ptrdiff_t>(at));
        }
        u64 free = 0;
        for (const AddressRange& range : regions.free_ranges()) free += range.size() / kPage;
        REQUIRE(free == static_cast<u64>(std::count(used.begin(), used.end(), false)));
    }
}
