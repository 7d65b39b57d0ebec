#include "base/chacha.h"

namespace kedge {

namespace {

constexpr u32 rotate(u32 value, unsigned bits) { return value << bits | value >> (32 - bits); }

void quarter_round(std::array<u32, 16>& x, unsigned a, unsigned b, unsigned c, unsigned d) {
    constexpr u8 kRotations[] = {16, 12, 8, 7};
    for (unsigned i = 0; i < 4; i += 2) {
        x[a] += x[b];
        x[d] = rotate(x[d] ^ x[a], kRotations[i]);
        x[c] += x[d];
        x[b] = rotate(x[b] ^ x[c], kRotations[i + 1]);
    }
}

}  // namespace

std::array<u32, 16> chacha20_block(const ChaChaKey& key, u64 counter) {
    std::array<u32, 16> start{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (unsigned i = 0; i < key.size(); ++i) start[4 + i] = key[i];
    start[12] = static_cast<u32>(counter);
    start[13] = static_cast<u32>(counter >> 32);
    std::array<u32, 16> x = start;
    for (unsigned round = 0; round < 20; ++round) {
        // Columns, then diagonals.
        const unsigned shift = round & 1;
        for (unsigned i = 0; i < 4; ++i) {
            quarter_round(x, i, 4 + (i + shift) % 4, 8 + (i + 2 * shift) % 4,
                          12 + (i + 3 * shift) % 4);
        }
    }
    for (unsigned i = 0; i < x.size(); ++i) x[i] += start[i];
    return x;
}

}  // namespace kedge
