#include "prefix/common/cpu_entropy.h"

#include "arch/cpu.h"
#include "base/endian.h"

namespace kedge {

namespace {

constexpr int kJitterRounds = 512;

}  // namespace

CpuEntropy::CpuEntropy() {
    u64 random = 0;
    weak_ = !arch::hardware_random(random);
    for (int i = 0; i < kJitterRounds; ++i) {
        key_[i % key_.size()] ^= static_cast<u32>(arch::tsc());
        // Each time the pool is through, so that every sample counts.
        if (i % key_.size() == 0) erase();
        arch::pause();
    }
    stir();
}

void CpuEntropy::add(Bytes bytes) {
    while (!bytes.empty()) {
        for (u32& word : key_) {
            const Bytes part = bytes.first(min(bytes.size(), sizeof(word)));
            for (size_t i = 0; i < part.size(); ++i) word ^= u32{part[i]} << (8 * i);
            bytes = bytes.subspan(part.size());
        }
        erase();
    }
}

void CpuEntropy::seed(Bytes bytes) {
    add(bytes);
    weak_ = false;
}

/// What the machine has to offer at this moment.
void CpuEntropy::stir() {
    u64 random = 0;
    for (size_t i = 0; i < 4 && arch::hardware_random(random); ++i) {
        key_[2 * i] ^= static_cast<u32>(random);
        key_[2 * i + 1] ^= static_cast<u32>(random >> 32);
    }
    key_[0] ^= static_cast<u32>(arch::tsc());
    erase();
}

/// The key becomes a part of its own key stream: there is no way back.
void CpuEntropy::erase() {
    const std::array<u32, 16> block = chacha20_block(key_, counter_++);
    for (size_t i = 0; i < key_.size(); ++i) key_[i] = block[i];
}

void CpuEntropy::fill(MutableBytes out) {
    stir();
    while (!out.empty()) {
        std::array<u8, 64> bytes;
        const std::array<u32, 16> block = chacha20_block(key_, counter_++);
        for (size_t i = 0; i < block.size(); ++i) {
            store_le<u32>(MutableBytes(bytes).subspan(4 * i), block[i]);
        }
        out = out.subspan(copy_bytes(out, bytes));
    }
    erase();
}

}  // namespace kedge
