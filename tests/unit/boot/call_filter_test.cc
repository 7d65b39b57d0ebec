#include "boot/call_filter.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "base/endian.h"

using namespace kedge;

namespace {

using Buffer = std::vector<u8>;

/// The build's half, as make-payload.py has it.
void filter(Buffer& code) {
    const i64 size = static_cast<i64>(code.size());
    for (i64 at = 0; at + 5 <= size;) {
        if ((code[static_cast<size_t>(at)] & 0xfe) != 0xe8) {
            ++at;
            continue;
        }
        const i64 position = at + 1;
        const MutableBytes field = MutableBytes(code).subspan(static_cast<size_t>(position), 4);
        const i64 distance = static_cast<i32>(load_le<u32>(field));
        if (distance >= -position && distance < size - position) {
            store_le<u32>(field, static_cast<u32>(distance + position));
        } else if (distance >= size - position && distance < size) {
            store_le<u32>(field, static_cast<u32>(distance - size));
        }
        at += 5;
    }
}

}  // namespace

TEST_CASE("call filter: a call holds its distance again", "[call_filter]") {
    Buffer code(100, 0x90);
    code[10] = 0xe8;
    store_le<u32>(MutableBytes(code).subspan(11), 50);  // the address: distance 39
    boot::undo_call_filter(code);
    REQUIRE(load_le<u32>(Bytes(code).subspan(11)) == 39);
}

TEST_CASE("call filter: what the build did is undone, whatever the bytes", "[call_filter]") {
    std::mt19937 random(11);
    for (int round = 0; round < 500; ++round) {
        Buffer code(random() % 600);
        for (u8& byte : code) byte = static_cast<u8>(random());
        for (size_t i = 0; i + 5 <= code.size(); i += 1 + random() % 12) {
            code[i] = random() % 2 == 0 ? 0xe8 : 0xe9;
            const i32 value = static_cast<i32>(random() % 1800) - 900;
            store_le<u32>(MutableBytes(code).subspan(i + 1), static_cast<u32>(value));
        }
        Buffer copy = code;
        filter(copy);
        boot::undo_call_filter(copy);
        REQUIRE(copy == code);
    }
}

TEST_CASE("call filter: short and empty code", "[call_filter]") {
    for (size_t size = 0; size < 6; ++size) {
        Buffer code(size, 0xe8);
        boot::undo_call_filter(code);
    }
}
