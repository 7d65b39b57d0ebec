#include "src/net/siphash.h"

namespace kedge::net {

namespace {

struct State {
    u64 v0;
    u64 v1;
    u64 v2;
    u64 v3;

    void rounds(int count) {
        for (; count > 0; --count) {
            v0 += v1;
            v2 += v3;
            v1 = rotate(v1, 13) ^ v0;
            v3 = rotate(v3, 16) ^ v2;
            v0 = rotate(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = rotate(v1, 17) ^ v2;
            v3 = rotate(v3, 21) ^ v0;
            v2 = rotate(v2, 32);
        }
    }
    void add(u64 word) {
        v3 ^= word;
        rounds(2);
        v0 ^= word;
    }

  private:
    static u64 rotate(u64 value, int by) { return value << by | value >> (64 - by); }
};

}  // namespace

u64 siphash(const SipKey& key, std::span<const u64> words) {
    State state{key.k0 ^ 0x736f6d6570736575, key.k1 ^ 0x646f72616e646f6d,
                key.k0 ^ 0x6c7967656e657261, key.k1 ^ 0x7465646279746573};
    for (u64 word : words) state.add(word);
    state.add(static_cast<u64>(words.size() * sizeof(u64)) << 56);
    state.v2 ^= 0xff;
    state.rounds(4);
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace kedge::net
