#include "prefix/efi/entropy.h"

namespace kedge::efi {

void FirmwareEntropy::fill(MutableBytes out) {
    if (out.empty()) return;
    if (rng_ != nullptr && rng_->GetRNG(rng_, nullptr, out.size(), out.data()) == EFI_SUCCESS) {
        return;
    }
    // A generator may be there and not work; then it is as if there were none.
    cpu_.fill(out);
}

}  // namespace kedge::efi
