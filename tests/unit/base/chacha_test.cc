#include "base/chacha.h"

#include <catch2/catch.hpp>

using namespace kedge;

TEST_CASE("ChaCha20 with a key of zeros: RFC 8439 appendix A.1, vectors 1 and 2") {
    const std::array<u32, 16> first = chacha20_block({}, 0);
    CHECK(first[0] == 0xade0b876);
    CHECK(first[1] == 0x903df1a0);
    CHECK(first[15] == 0x8665eeb2);
    const std::array<u32, 16> second = chacha20_block({}, 1);
    CHECK(second[0] == 0xbee7079f);
    CHECK(first != second);
    CHECK(chacha20_block({}, u64{1} << 32) != first);
    CHECK(chacha20_block({1}, 0) != first);
}
