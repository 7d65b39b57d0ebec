// CpuEntropy: RDRAND where there is one, the jitter of the time-stamp counter everywhere, mixed by
// ChaCha20 with fast key erasure (D. J. Bernstein, "Fast-key-erasure random-number generators",
// 2017): what was given out cannot be computed again from what is left in memory.
#pragma once

#include "base/chacha.h"
#include "platform/entropy.h"

namespace kedge {

class CpuEntropy final : public platform::Entropy {
  public:
    /// Gathers jitter for a fraction of a millisecond.
    CpuEntropy();

    /// Mixes in what distinguishes this machine: a UUID, a MAC address.
    void add(Bytes bytes);
    /// The same with bytes that nobody can guess.
    void seed(Bytes bytes);

    void fill(MutableBytes out) override;
    bool weak() const override { return weak_; }

  private:
    void stir();
    void erase();

    ChaChaKey key_{};
    u64 counter_ = 0;
    bool weak_ = true;
};

}  // namespace kedge
