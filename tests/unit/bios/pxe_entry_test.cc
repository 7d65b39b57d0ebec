// The structures of a PXE stack, whole and damaged.
#include <catch2/catch.hpp>
#include <vector>

#include "base/endian.h"
#include "base/str.h"
#include "prefix/bios/pxe_entry.h"

namespace kedge::tests {

namespace {

constexpr u32 kNewEntry = 0x9a000123;
constexpr u32 kOldEntry = 0x9a000456;
constexpr u32 kBangPxeAt = 0x91000010;  // 0x91010
constexpr u32 kPxenvAt = 0x91001000;

/// Low memory with both structures.
struct Memory {
    std::vector<u8> bytes = std::vector<u8>(0x110000);

    MutableBytes at(u32 far) { return MutableBytes(bytes).subspan(bios::linear(far)); }

    void sum(u32 far, size_t length, size_t sum_at) {
        u8 total = 0;
        at(far)[sum_at] = 0;
        for (const u8 byte : at(far).first(length)) total = static_cast<u8>(total + byte);
        at(far)[sum_at] = static_cast<u8>(-total);
    }

    void put_bang_pxe(u32 far, u32 entry = kNewEntry) {
        copy_bytes(at(far), StrView("!PXE").bytes());
        at(far)[4] = 0x58;
        store_le<u32>(at(far).subspan(16), entry);
        sum(far, 0x58, 5);
    }

    void put_pxenv(u32 far, u16 version = 0x0201, u8 length = 0x2c) {
        copy_bytes(at(far), StrView("PXENV+").bytes());
        store_le<u16>(at(far).subspan(6), version);
        at(far)[8] = length;
        store_le<u32>(at(far).subspan(10), kOldEntry);
        store_le<u32>(at(far).subspan(40), kBangPxeAt);
        sum(far, length, 9);
    }

    u32 find(u32 far) const { return bios::find_pxe_entry(bytes, far); }
};

}  // namespace

TEST_CASE("a PXE stack is found by either structure", "[pxe]") {
    Memory memory;
    memory.put_bang_pxe(kBangPxeAt);
    memory.put_pxenv(kPxenvAt);
    CHECK(memory.find(kBangPxeAt) == kNewEntry);
    CHECK(memory.find(kPxenvAt) == kNewEntry);
    CHECK(memory.find(0) == 0);
    CHECK(memory.find(0x91000020) == 0);
}

TEST_CASE("an old or half broken PXE stack has its old entry", "[pxe]") {
    Memory memory;
    memory.put_pxenv(kPxenvAt);  // what it points to is no !PXE
    CHECK(memory.find(kPxenvAt) == kOldEntry);
    memory.put_bang_pxe(kBangPxeAt);
    memory.put_pxenv(kPxenvAt, 0x0200);
    CHECK(memory.find(kPxenvAt) == kOldEntry);
    memory.put_pxenv(kPxenvAt, 0x0201, 0x26);  // ends before the pointer
    CHECK(memory.find(kPxenvAt) == kOldEntry);
}

TEST_CASE("damaged PXE structures are none", "[pxe]") {
    Memory memory;
    memory.put_bang_pxe(kBangPxeAt);
    memory.put_pxenv(kPxenvAt);
    ++memory.at(kBangPxeAt)[30];
    CHECK(memory.find(kBangPxeAt) == 0);
    CHECK(memory.find(kPxenvAt) == kOldEntry);
    memory.at(kPxenvAt)[8] = 5;  // too short
    CHECK(memory.find(kPxenvAt) == 0);

    // The last addresses of real mode: nothing behind the end is read.
    memory.bytes.resize(0x10ffef);
    for (const u32 far : {0xffffffffu, 0xffffffe8u, 0xffffffd4u}) {
        copy_bytes(memory.at(far), StrView("!PXE\xff").bytes());
        CHECK(memory.find(far) == 0);
    }
}

}  // namespace kedge::tests
