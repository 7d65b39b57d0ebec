// CpuEntropy: RDRAND where there is one, the jitter of the time-stamp counter everywhere.
#pragma once

#include "platform/entropy.h"

namespace kedge {

class CpuEntropy final : public platform::Entropy {
  public:
    /// Gathers jitter for a fraction of a millisecond.
    CpuEntropy();

    /// Mixes in what distinguishes this machine: a UUID, a MAC address.
    void add(Bytes bytes);

    void fill(MutableBytes out) override;

  private:
    u64 next();
    void stir(u64 value);

    std::array<u64, 4> pool_{};
    size_t at_ = 0;
    bool warned_ = false;
};

}  // namespace kedge
