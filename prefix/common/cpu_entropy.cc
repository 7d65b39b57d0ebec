#include "prefix/common/cpu_entropy.h"

#include "arch/cpu.h"
#include "base/endian.h"
#include "base/log.h"

namespace kedge {

namespace {

constexpr int kJitterRounds = 256;

/// Every output bit depends on every input bit. A full-width multiplication folded upon itself.
u64 mix(u64 a, u64 b) {
    const auto product = static_cast<unsigned __int128>(a ^ 0x9e3779b97f4a7c15) * (b | 1);
    return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
}

}  // namespace

CpuEntropy::CpuEntropy() {
    for (int i = 0; i < kJitterRounds; ++i) {
        stir(arch::tsc());
        arch::pause();
    }
}

void CpuEntropy::add(Bytes bytes) {
    for (const u8 byte : bytes) stir(byte);
}

void CpuEntropy::stir(u64 value) {
    u64& word = pool_[at_++ % pool_.size()];
    word = mix(word + value, pool_[at_ % pool_.size()] ^ 0xd1342543de82ef95);
}

u64 CpuEntropy::next() {
    u64 random = 0;
    if (arch::hardware_random(random)) {
        stir(random);
    } else if (!std::exchange(warned_, true)) {
        log::debug(log::make_tag("entropy"), "no RDRAND: random numbers are timer jitter only");
    }
    stir(arch::tsc());
    u64 out = 0;
    for (const u64 word : pool_) out = mix(out + word, word ^ 0x2545f4914f6cdd1d);
    stir(out);
    return out ^ random;
}

void CpuEntropy::fill(MutableBytes out) {
    while (!out.empty()) {
        std::array<u8, 8> word;
        store_le<u64>(word, next());
        out = out.subspan(copy_bytes(out, word));
    }
}

}  // namespace kedge
