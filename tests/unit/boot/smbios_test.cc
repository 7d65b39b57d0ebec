#include "boot/smbios.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/endian.h"

using namespace kedge;

namespace {

using Buffer = std::vector<u8>;

void append(Buffer& to, const std::string& text) { to.insert(to.end(), text.begin(), text.end()); }

/// A type 1 structure with UUID bytes 0, 1, 2 … and strings, then type 3, then the end.
Buffer sample_table() {
    Buffer table = {1, 27, 1, 0, 1, 2, 0, 3};
    for (u8 i = 0; i < 16; ++i) table.push_back(i);
    table.insert(table.end(), {6, 0, 0});
    append(table, std::string("Acme\0Road Runner \0SN-1\0\0", 24));
    table.insert(table.end(), {3, 9, 2, 0, 0, 0, 0, 0, 1});
    append(table, std::string("Tag\0\0", 5));
    table.insert(table.end(), {127, 4, 3, 0, 0, 0});
    return table;
}

Buffer entry_64(u64 address, u32 size) {
    Buffer entry(24);
    for (size_t i = 0; i < 5; ++i) entry[i] = static_cast<u8>("_SM3_"[i]);
    entry[6] = 24;
    entry[7] = 3;
    store_le<u32>(MutableBytes(entry).subspan(12), size);
    store_le<u64>(MutableBytes(entry).subspan(16), address);
    for (size_t i = 0; i < 24; ++i) {
        if (i != 5) entry[5] = static_cast<u8>(entry[5] - entry[i]);
    }
    return entry;
}

Buffer entry_32(u32 address, u16 size, u8 length = 31) {
    Buffer entry(31);
    for (size_t i = 0; i < 4; ++i) entry[i] = static_cast<u8>("_SM_"[i]);
    entry[5] = length;
    entry[6] = 2;
    entry[7] = 8;
    for (size_t i = 0; i < 5; ++i) entry[16 + i] = static_cast<u8>("_DMI_"[i]);
    store_le<u16>(MutableBytes(entry).subspan(22), size);
    store_le<u32>(MutableBytes(entry).subspan(24), address);
    for (size_t i = 0; i < 31; ++i) {
        if (i != 4) entry[4] = static_cast<u8>(entry[4] - entry[i]);
    }
    return entry;
}

void place(Buffer& area, size_t at, const Buffer& entry) {
    std::copy(entry.begin(), entry.end(), area.begin() + static_cast<ptrdiff_t>(at));
}

}  // namespace

TEST_CASE("smbios: the 64-bit entry point wins", "[smbios]") {
    Buffer area(0x1000);
    place(area, 0x100, entry_32(0x1000, 100));
    auto found = boot::find_smbios_entry(area);
    REQUIRE(found.has_value());
    REQUIRE(found->table == 0x1000);
    REQUIRE(found->size == 100);
    REQUIRE(found->version == 0x0208);
    place(area, 0x200, entry_64(0x2000, 200));
    found = boot::find_smbios_entry(area);
    REQUIRE(found->table == 0x2000);
    REQUIRE(found->version == 0x0300);
}

TEST_CASE("smbios: damaged and misplaced entry points are passed over", "[smbios]") {
    Buffer area(0x1000);
    place(area, 0x108, entry_64(0x2000, 200));  // not on 16 bytes
    REQUIRE_FALSE(boot::find_smbios_entry(area).has_value());
    area = Buffer(0x1000);
    place(area, 0x100, entry_64(0x2000, 200));
    area[0x110] ^= 1;
    REQUIRE_FALSE(boot::find_smbios_entry(area).has_value());
    area = Buffer(0x1000);
    Buffer wrong = entry_32(0x2000, 200, 200);  // a length beyond the area
    place(area, 0x1000 - 32, wrong);
    REQUIRE_FALSE(boot::find_smbios_entry(area).has_value());
    area = Buffer(24);
    area[0] = '_';
    REQUIRE_FALSE(boot::find_smbios_entry(area).has_value());
    REQUIRE_FALSE(boot::find_smbios_entry({}).has_value());
    Buffer old(0x20);
    place(old, 0, entry_32(0x3000, 9, 30));  // version 2.1's famous length
    REQUIRE(boot::find_smbios_entry(old).has_value());
}

TEST_CASE("smbios: strings and UUID", "[smbios]") {
    const Buffer table = sample_table();
    const auto system = boot::find_smbios_structure(table, 1, 0);
    REQUIRE(system.has_value());
    CHECK(system->string_at(4) == "Acme");
    CHECK(system->string_at(5) == "Road Runner");
    CHECK(system->string(3) == "SN-1");
    CHECK(system->string(4).empty());
    CHECK(system->string(0).empty());
    CHECK(system->string_at(200).empty());
    CHECK(boot::find_smbios_structure(table, 3, 0)->string_at(8) == "Tag");
    CHECK_FALSE(boot::find_smbios_structure(table, 3, 1).has_value());
    CHECK_FALSE(boot::find_smbios_structure(table, 4, 0).has_value());
    const std::array<u8, 16> wire = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    CHECK(boot::smbios_uuid(table, 0x0206) == wire);
    CHECK(boot::smbios_uuid(table, 0x0205)[0] == 0);
    CHECK(boot::smbios_uuid(table, 0x0205)[3] == 3);
}

TEST_CASE("smbios: a UUID that nobody set is unknown", "[smbios]") {
    Buffer table = sample_table();
    std::fill(table.begin() + 8, table.begin() + 24, u8{0xff});
    CHECK(boot::smbios_uuid(table, 0x0300) == std::array<u8, 16>{});
    table[1] = 23;  // too short to have one
    CHECK(boot::smbios_uuid(table, 0x0300) == std::array<u8, 16>{});
}

TEST_CASE("smbios: nothing counts behind the end of the table", "[smbios]") {
    Buffer table = sample_table();
    const Buffer more = sample_table();
    table.insert(table.end(), more.begin(), more.end());
    CHECK_FALSE(boot::find_smbios_structure(table, 3, 1).has_value());
}

TEST_CASE("smbios: no table can hurt", "[smbios]") {
    const auto look = [](const Buffer& table) {
        for (const int type : {0, 1, 3, 127, 255}) {
            const auto found = boot::find_smbios_structure(table, static_cast<u8>(type), 0);
            if (!found) continue;
            for (const unsigned index : {0u, 1u, 3u, 255u}) {
                CHECK(found->string(index).size() <= table.size());
            }
        }
        IGNORE_RESULT(boot::smbios_uuid(table, 0x0300));
    };
    const Buffer good = sample_table();
    for (size_t size = 0; size <= good.size(); ++size) {
        look(Buffer(good.begin(), good.begin() + static_cast<ptrdiff_t>(size)));
    }
    std::mt19937 random(5);
    for (int round = 0; round < 3000; ++round) {
        Buffer table = good;
        for (int i = 0; i < 4; ++i) table[random() % table.size()] = static_cast<u8>(random());
        look(table);
    }
}
