#include "base/digest.h"

#include <bit>

#include "base/endian.h"

namespace kedge {
namespace {

constexpr size_t kBlock = 64;

// RFC 1321 section 3.4: the integer part of 2^32 * abs(sin(i)).
constexpr std::array<u32, 64> kMd5Sines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

// FIPS 180-4 section 4.2.2: the fractions of the cube roots of the first primes.
constexpr std::array<u32, 64> kSha256Roots = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

// The first five words of RFC 1321 section 3.3 and FIPS 180-4 section 5.3.1 are the same but for
// the fifth, which MD5 does not have.
constexpr std::array<u32, 8> kFirstState = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
                                            0xc3d2e1f0};
// FIPS 180-4 section 5.3.3: the fractions of the square roots.
constexpr std::array<u32, 8> kSha256State = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

using Block = std::array<u32, 16>;
using State = std::array<u32, 8>;

/// RFC 1321 section 3.4
void md5_block(State& state, const Block& words) {
    constexpr u8 kTurns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    // Word of step i in each round: (factor * i + offset) mod 16.
    constexpr u8 kOrder[4][2] = {{1, 0}, {5, 1}, {3, 5}, {7, 0}};
    u32 a = state[0], b = state[1], c = state[2], d = state[3];
    for (unsigned i = 0; i < 64; ++i) {
        const unsigned round = i / 16;
        const u32 mixed = round == 0   ? (b & c) | (~b & d)
                          : round == 1 ? (b & d) | (c & ~d)
                          : round == 2 ? b ^ c ^ d
                                       : c ^ (b | ~d);
        const u32 word = words[(kOrder[round][0] * i + kOrder[round][1]) % 16];
        const u32 sum = a + mixed + word + kMd5Sines[i];
        a = std::exchange(d, std::exchange(c, b));
        b += std::rotl(sum, kTurns[round][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

/// FIPS 180-4 section 6.1.3, which keeps only the last sixteen words of the schedule.
void sha1_block(State& state, Block& words) {
    constexpr u32 kAdded[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    u32 a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (unsigned i = 0; i < 80; ++i) {
        u32& word = words[i % 16];
        if (i >= 16) {
            word = std::rotl(
                words[(i + 13) % 16] ^ words[(i + 8) % 16] ^ words[(i + 2) % 16] ^ word, 1);
        }
        const unsigned round = i / 20;
        const u32 mixed = round == 0   ? (b & c) | (~b & d)
                          : round == 2 ? (b & c) | (b & d) | (c & d)
                                       : b ^ c ^ d;
        const u32 sum = std::rotl(a, 5) + mixed + e + kAdded[round] + word;
        e = std::exchange(d, std::exchange(c, std::rotl(b, 30)));
        b = std::exchange(a, sum);
    }
    const u32 out[] = {a, b, c, d, e};
    for (size_t i = 0; i < 5; ++i) state[i] += out[i];
}

u32 turned(u32 x, int first, int second, int third) {
    return std::rotr(x, first) ^ std::rotr(x, second) ^ std::rotr(x, third);
}

/// FIPS 180-4 section 6.2.2
void sha256_block(State& state, Block& words) {
    State s = state;  // a to h
    for (unsigned i = 0; i < 64; ++i) {
        u32& word = words[i % 16];
        if (i >= 16) {
            const u32 early = words[(i + 1) % 16];
            const u32 late = words[(i + 14) % 16];
            word += words[(i + 9) % 16] +
                    (std::rotr(early, 7) ^ std::rotr(early, 18) ^ early >> 3) +
                    (std::rotr(late, 17) ^ std::rotr(late, 19) ^ late >> 10);
        }
        const u32 choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        const u32 majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        const u32 first = s[7] + turned(s[4], 6, 11, 25) + choice + kSha256Roots[i] + word;
        const u32 second = turned(s[0], 2, 13, 22) + majority;
        for (size_t k = 7; k > 0; --k) s[k] = s[k - 1];
        s[4] += first;
        s[0] = first + second;
    }
    for (size_t i = 0; i < 8; ++i) state[i] += s[i];
}

}  // namespace

Digest::Digest(DigestAlgorithm algorithm)
    : algorithm_(algorithm),
      state_(algorithm == DigestAlgorithm::sha256 ? kSha256State : kFirstState) {}

void Digest::take_block(Bytes block) {
    const bool little = algorithm_ == DigestAlgorithm::md5;
    Block words;
    for (size_t i = 0; i < words.size(); ++i) {
        const u32 word = load_be<u32>(block.subspan(4 * i, 4));
        words[i] = little ? byte_swap(word) : word;
    }
    switch (algorithm_) {
        case DigestAlgorithm::md5:
            return md5_block(state_, words);
        case DigestAlgorithm::sha1:
            return sha1_block(state_, words);
        case DigestAlgorithm::sha256:
            return sha256_block(state_, words);
    }
}

void Digest::update(Bytes data) {
    while (!data.empty()) {
        const size_t used = size_ % kBlock;
        const size_t count = min(kBlock - used, data.size());
        if (count == kBlock) {
            take_block(data.first(kBlock));
        } else {
            copy_bytes(MutableBytes(pending_).subspan(used), data.first(count));
            if (used + count == kBlock) take_block(pending_);
        }
        size_ += count;
        data = data.subspan(count);
    }
}

DigestValue Digest::finish() {
    const bool little = algorithm_ == DigestAlgorithm::md5;
    const u64 bits = size_ * 8;
    std::array<u8, kBlock> end{0x80};
    update(Bytes(end).first(1 + (kBlock + 55 - size_ % kBlock) % kBlock));
    store_be<u64>(end, little ? byte_swap(bits) : bits);
    update(Bytes(end).first(8));

    DigestValue value;
    value.size = little ? 16 : algorithm_ == DigestAlgorithm::sha1 ? 20 : 32;
    for (size_t i = 0; i < value.size / 4; ++i) {
        store_be<u32>(MutableBytes(value.storage).subspan(4 * i),
                      little ? byte_swap(state_[i]) : state_[i]);
    }
    return value;
}

DigestValue digest(DigestAlgorithm algorithm, Bytes message) {
    Digest one(algorithm);
    one.update(message);
    return one.finish();
}

void format_to(TextSink& sink, const DigestValue& value) {
    for (u8 byte : value.bytes()) format(sink, "{02x}", byte);
}

}  // namespace kedge
