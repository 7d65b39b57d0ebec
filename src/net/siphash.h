// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): a keyed hash for short
// inputs that nobody without the key can predict.
#pragma once

#include "base/types.h"

namespace kedge::net {

struct SipKey {
    u64 k0 = 0;
    u64 k1 = 0;
};

/// The hash of the words' bytes in little-endian order.
u64 siphash(const SipKey& key, std::span<const u64> words);

}  // namespace kedge::net
