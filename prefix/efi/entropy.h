// Random bytes: the firmware's generator if it has one, else what the CPU offers.
// UEFI Specification 2.10, section 37.5.
#pragma once

#include "prefix/common/cpu_entropy.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

class FirmwareEntropy final : public platform::Entropy {
  public:
    explicit FirmwareEntropy(const Environment& env)
        : rng_(locate_protocol<EFI_RNG_PROTOCOL>(env, kRngGuid)) {}

    void fill(MutableBytes out) override;

  private:
    EFI_RNG_PROTOCOL* rng_;
    CpuEntropy cpu_;
};

}  // namespace kedge::efi
