#include "prefix/efi/entropy.h"

#include "arch/cpu.h"

namespace kedge::efi {
namespace {

/// Spreads the bits of one word over all others (the finalizer of SplitMix64).
u64 mix(u64 word) {
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    return word ^ word >> 31;
}

}  // namespace

FirmwareEntropy::FirmwareEntropy(const Environment& env, TextSink& console)
    : env_(env), rng_(locate_protocol<RngProtocol>(env, kRngGuid)) {
    u64 word = 0;
    const bool hardware = arch::hardware_random(word);
    state_ = {word, arch::tsc()};
    stir();
    if (rng_ == nullptr && !hardware) {
        console.put("Warning: no random number generator here, using timing instead\n");
    }
}

/// How long a microsecond takes varies in its lowest bits.
void FirmwareEntropy::stir() {
    for (int i = 0; i < 64; ++i) {
        env_.boot->Stall(1);
        state_[i & 1] = mix(state_[i & 1] + arch::tsc()) + state_[~i & 1];
    }
}

u64 FirmwareEntropy::next_word() {
    u64 hardware = 0;
    // Without RDRAND zero is mixed in, which does no harm.
    IGNORE_RESULT(arch::hardware_random(hardware));
    state_[0] += 0x9e3779b97f4a7c15;
    state_[1] = mix(state_[1] + arch::tsc() + hardware);
    return mix(state_[0] ^ state_[1]);
}

void FirmwareEntropy::fill(MutableBytes out) {
    if (rng_ != nullptr && !out.empty() &&
        rng_->get_rng(rng_, nullptr, out.size(), out.data()) == EFI_SUCCESS) {
        return;
    }
    for (size_t i = 0; i < out.size(); i += sizeof(u64)) {
        const u64 word = next_word();
        copy_bytes(out.subspan(i), {reinterpret_cast<const u8*>(&word), sizeof(word)});
    }
}

}  // namespace kedge::efi
