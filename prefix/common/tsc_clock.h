// TscClock: platform::Clock over a time-stamp counter of known frequency.
#pragma once

#include "arch/cpu.h"
#include "platform/clock.h"

namespace kedge {

class TscClock final : public platform::Clock {
  public:
    /// `hz` must not be 0.
    explicit TscClock(u64 hz) : hz_(hz), scale_((u64{1'000'000} << kShift) / hz) {}

    u64 hz() const { return hz_; }

    /// Since the counter was 0: power-on or the last reset.
    Instant now() override {
        const auto us = static_cast<unsigned __int128>(arch::tsc()) * scale_ >> kShift;
        return Instant::from_us(static_cast<i64>(us));
    }
    void relax(Instant) override { arch::pause(); }

  private:
    static constexpr unsigned kShift = 44;  // 10^6 shifted by it still fits 64 bits

    u64 hz_;
    u64 scale_;
};

}  // namespace kedge
