#include "boot/acpi.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "base/endian.h"

using namespace kedge;

namespace {

using Buffer = std::vector<u8>;

/// A table of the given size with signature, length and checksum.
Buffer table(const char* signature, size_t size) {
    Buffer out(size);
    for (size_t i = 0; i < 4; ++i) out[i] = static_cast<u8>(signature[i]);
    store_le<u32>(MutableBytes(out).subspan(4), static_cast<u32>(size));
    return out;
}

void fix_checksum(Buffer& bytes, size_t at) {
    bytes[at] = 0;
    u8 sum = 0;
    for (const u8 byte : bytes) sum = static_cast<u8>(sum + byte);
    bytes[at] = static_cast<u8>(-sum);
}

}  // namespace

TEST_CASE("acpi: the RSDP is found by name, boundary and checksum", "[acpi]") {
    Buffer area(256);
    Buffer rsdp(20);
    for (size_t i = 0; i < 8; ++i) rsdp[i] = static_cast<u8>("RSD PTR "[i]);
    store_le<u32>(MutableBytes(rsdp).subspan(16), 0x7fe0000);
    fix_checksum(rsdp, 8);
    std::copy(rsdp.begin(), rsdp.end(), area.begin() + 32);
    REQUIRE(boot::find_acpi_root(area).rsdt == 0x7fe0000);
    REQUIRE(boot::find_acpi_root(area).xsdt == 0);
    area[40] ^= 1;
    REQUIRE(boot::find_acpi_root(area).rsdt == 0);
    REQUIRE(boot::find_acpi_root(Bytes(rsdp).first(19)).rsdt == 0);

    // Version 2 has a second address under a second checksum.
    rsdp.resize(36);
    rsdp[15] = 2;
    store_le<u64>(MutableBytes(rsdp).subspan(24), 0x1'2345'6789);
    rsdp[8] = static_cast<u8>(rsdp[8] - 2);
    fix_checksum(rsdp, 32);
    REQUIRE(boot::find_acpi_root(rsdp).xsdt == 0x1'2345'6789);
    REQUIRE(boot::find_acpi_root(Bytes(rsdp).first(35)).xsdt == 0);
    rsdp[24] ^= 1;
    REQUIRE(boot::find_acpi_root(rsdp).xsdt == 0);
    REQUIRE(boot::find_acpi_root(rsdp).rsdt == 0x7fe0000);
}

namespace {

std::vector<u8> g_memory;

/// Tables of a small machine: list (RSDT or XSDT) at 0x100, FADT, two SSDTs, DSDT.
void build_machine(bool wide) {
    g_memory.assign(0x1000, 0);
    const auto place = [](size_t at, Buffer bytes) {
        fix_checksum(bytes, 9);
        std::copy(bytes.begin(), bytes.end(), g_memory.begin() + static_cast<ptrdiff_t>(at));
    };
    const u32 addresses[] = {0x200, 0x300, 0, 0xffffff00, 0x400, 0x500};
    const size_t step = wide ? 8 : 4;
    Buffer list = table(wide ? "XSDT" : "RSDT", 36 + step * std::size(addresses));
    for (size_t i = 0; i < std::size(addresses); ++i) {
        store_le<u32>(MutableBytes(list).subspan(36 + step * i), addresses[i]);
    }
    place(0x100, list);
    Buffer fadt = table("FACP", 116);
    store_le<u32>(MutableBytes(fadt).subspan(40), 0x600);
    place(0x200, fadt);
    place(0x300, table("SSDT", 40));
    place(0x400, table("SSDT", 50));
    place(0x500, table("SSDT", 60));
    g_memory[0x500 + 20] ^= 1;
    place(0x600, table("DSDT", 70));
}

Bytes read_machine(u64 address, u64 size) {
    if (address > g_memory.size() || size > g_memory.size() - address) return {};
    return Bytes(g_memory).subspan(address, size);
}

size_t size_of(const boot::AcpiRoot& root, const char (&signature)[5], unsigned index) {
    return boot::find_acpi_table(root, read_machine, boot::acpi_signature(signature), index).size();
}

}  // namespace

TEST_CASE("acpi: tables by signature and number", "[acpi]") {
    const bool wide = GENERATE(false, true);
    build_machine(wide);
    const boot::AcpiRoot root = wide ? boot::AcpiRoot{0, 0x100} : boot::AcpiRoot{0x100, 0};
    CHECK(size_of(root, "FACP", 0) == 116);
    CHECK(size_of(root, "FACP", 1) == 0);
    CHECK(size_of(root, "SSDT", 0) == 40);
    CHECK(size_of(root, "SSDT", 1) == 50);  // what lies nowhere is passed over
    CHECK(size_of(root, "SSDT", 2) == 0);   // wrong checksum
    CHECK(size_of(root, "DSDT", 0) == 70);
    CHECK(size_of(root, "DSDT", 1) == 0);
    CHECK(size_of({}, "FACP", 0) == 0);
    CHECK(size_of({0x200, 0x200}, "FACP", 0) == 0);  // no list of tables
}

TEST_CASE("acpi: fields of the FADT", "[acpi]") {
    Buffer fadt = table("FACP", 116);
    const MutableBytes bytes(fadt);
    store_le<u32>(bytes.subspan(40), 0x1111);
    store_le<u32>(bytes.subspan(48), 0xb2);
    fadt[52] = 0xf1;
    store_le<u32>(bytes.subspan(64), 0x604);
    store_le<u32>(bytes.subspan(68), 0x608);
    fix_checksum(fadt, 9);
    const auto parsed = boot::parse_fadt(fadt);
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->dsdt == 0x1111);
    REQUIRE(parsed->smi_command == 0xb2);
    REQUIRE(parsed->acpi_enable == 0xf1);
    REQUIRE(parsed->pm1a_control == 0x604);
    REQUIRE(parsed->pm1b_control == 0x608);
    fadt[100] ^= 1;
    REQUIRE_FALSE(boot::parse_fadt(fadt).has_value());
    Buffer small = table("FACP", 60);
    fix_checksum(small, 9);
    REQUIRE_FALSE(boot::parse_fadt(small).has_value());
    store_le<u32>(MutableBytes(small).subspan(4), 1000);  // longer than what there is
    fix_checksum(small, 9);
    REQUIRE_FALSE(boot::parse_fadt(small).has_value());
}

TEST_CASE("acpi: the soft-off package", "[acpi]") {
    // Name (\_S5, Package (0x04) {0x05, Zero, Zero, Zero})
    const Buffer absolute = {0, 0x08, '\\', '_', 'S', '5', '_', 0x12, 7, 4, 0x0a, 5, 0, 0, 0};
    auto found = boot::find_soft_off(absolute);
    REQUIRE(found.has_value());
    REQUIRE(found->pm1a == 5);
    REQUIRE(found->pm1b == 0);
    // Package length of two bytes, words, One.
    const Buffer relative = {0x08, '_', 'S', '5', '_', 0x12, 0x48, 0, 2, 0x0b, 7, 0, 1};
    found = boot::find_soft_off(relative);
    REQUIRE(found->pm1a == 7);
    REQUIRE(found->pm1b == 1);
    // A use of the name is no definition; a later definition counts.
    Buffer both = {0x5c, '_', 'S', '5', '_', 0x12, 7, 4, 0x0a, 3, 0, 0, 0};
    REQUIRE_FALSE(boot::find_soft_off(both).has_value());
    both.insert(both.end(), absolute.begin(), absolute.end());
    REQUIRE(boot::find_soft_off(both)->pm1a == 5);
}

TEST_CASE("acpi: no AML can hurt", "[acpi]") {
    const Buffer good = {0, 0x08, '\\', '_', 'S', '5', '_', 0x12, 7, 4, 0x0a, 5, 0, 0, 0};
    for (size_t size = 0; size < 12; ++size) {
        const Buffer part(good.begin(), good.begin() + static_cast<ptrdiff_t>(size));
        REQUIRE_FALSE(boot::find_soft_off(part).has_value());
    }
    std::mt19937 random(6);
    for (int round = 0; round < 3000; ++round) {
        Buffer aml = good;
        aml[random() % aml.size()] = static_cast<u8>(random());
        const auto found = boot::find_soft_off(aml);
        if (found.has_value()) REQUIRE(found->pm1a <= 7);
    }
}
