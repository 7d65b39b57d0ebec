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
    boot::SmbiosInformation information;
    information.parse(sample_table(), 0x0206);
    REQUIRE(information.string("manufacturer") == "Acme");
    REQUIRE(information.string("product") == "Road Runner");
    REQUIRE(information.string("serial") == "SN-1");
    REQUIRE(information.string("asset") == "Tag");
    REQUIRE(information.string("other").empty());
    const std::array<u8, 16> wire = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    REQUIRE(information.uuid() == wire);

    boot::SmbiosInformation old;
    old.parse(sample_table(), 0x0205);
    REQUIRE(old.uuid()[0] == 0);
    REQUIRE(old.uuid()[3] == 3);
}

TEST_CASE("smbios: a UUID that nobody set is unknown", "[smbios]") {
    Buffer table = sample_table();
    std::fill(table.begin() + 8, table.begin() + 24, u8{0xff});
    boot::SmbiosInformation information;
    information.parse(table, 0x0300);
    REQUIRE(information.uuid() == std::array<u8, 16>{});
}

TEST_CASE("smbios: string numbers beyond the strings, control characters", "[smbios]") {
    Buffer table = sample_table();
    table[4] = 9;
    table[27] = 0x1b;  // first string's first character; not shown
    table[5] = 1;
    boot::SmbiosInformation information;
    information.parse(table, 0x0300);
    REQUIRE(information.string("manufacturer").empty());
    REQUIRE(information.string("product") == "cme");
}

TEST_CASE("smbios: no table can hurt", "[smbios]") {
    const Buffer good = sample_table();
    for (size_t size = 0; size <= good.size(); ++size) {
        const Buffer part(good.begin(), good.begin() + static_cast<ptrdiff_t>(size));
        boot::SmbiosInformation information;
        information.parse(part, 0x0300);
    }
    std::mt19937 random(5);
    for (int round = 0; round < 3000; ++round) {
        Buffer table = good;
        for (int i = 0; i < 4; ++i) table[random() % table.size()] = static_cast<u8>(random());
        boot::SmbiosInformation information;
        information.parse(table, 0x0300);
        REQUIRE(information.string("product").size() <= 64);
    }
}
