// Random bytes: what the CPU offers, seeded by the firmware's generator if it has one.
// UEFI Specification 2.10, section 37.5.
#pragma once

#include "prefix/common/cpu_entropy.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

class FirmwareEntropy final : public platform::Entropy {
  public:
    /// The firmware is asked once: behind its generator there may be a slow TPM.
    explicit FirmwareEntropy(const Environment& env);

    void fill(MutableBytes out) override { cpu_.fill(out); }
    bool weak() const override { return cpu_.weak(); }

  private:
    CpuEntropy cpu_;
};

}  // namespace kedge::efi
