#include "prefix/efi/entropy.h"

namespace kedge::efi {

FirmwareEntropy::FirmwareEntropy(const Environment& env) {
    auto* const rng = locate_protocol<EFI_RNG_PROTOCOL>(env, kRngGuid);
    if (rng == nullptr) return;
    std::array<u8, 32> seed{};
    // A generator may be there and not work; then it is as if there were none.
    if (rng->GetRNG(rng, nullptr, seed.size(), seed.data()) == EFI_SUCCESS) cpu_.seed(seed);
}

}  // namespace kedge::efi
