// Time from the time-stamp counter. Intel SDM volume 3, section 18.17 and CPUID leaves 15h, 16h.
#pragma once

#include "platform/clock.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

class TscClock final : public platform::Clock {
  public:
    /// Takes about 10 ms when the CPU does not tell its frequency.
    explicit TscClock(const Environment& env);

    Instant now() override;
    void relax(Instant until) override;

    u64 hertz() const { return hertz_; }

  private:
    u64 hertz_;
    u64 us_per_tick_;  // times 2^32
    i64 latest_ = 0;
};

}  // namespace kedge::efi
