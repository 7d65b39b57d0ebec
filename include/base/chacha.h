// The ChaCha20 block function: RFC 8439 section 2.3, with the 64-bit counter of the original.
#pragma once

#include "base/types.h"

namespace kedge {

using ChaChaKey = std::array<u32, 8>;

/// Block number `counter` of the key stream for `key` and a nonce of zero, in little-endian words.
std::array<u32, 16> chacha20_block(const ChaChaKey& key, u64 counter);

}  // namespace kedge
