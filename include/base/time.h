// Instant and Duration, both in microseconds. Time is always an argument: only platform/clock.h
// knows what time it is.
#pragma once

#include <compare>

#include "base/types.h"

namespace kedge {

class Duration {
  public:
    constexpr Duration() = default;
    static constexpr Duration us(i64 count) { return Duration(count); }
    static constexpr Duration ms(i64 count) { return Duration(count * 1000); }
    static constexpr Duration seconds(i64 count) { return Duration(count * 1'000'000); }

    constexpr i64 us() const { return us_; }
    constexpr i64 ms() const { return us_ / 1000; }
    constexpr i64 seconds() const { return us_ / 1'000'000; }

    constexpr auto operator<=>(const Duration&) const = default;
    constexpr Duration operator+(Duration other) const { return Duration(us_ + other.us_); }
    constexpr Duration operator-(Duration other) const { return Duration(us_ - other.us_); }
    constexpr Duration operator*(i64 factor) const { return Duration(us_ * factor); }
    constexpr Duration operator/(i64 divisor) const { return Duration(us_ / divisor); }

  private:
    constexpr explicit Duration(i64 us) : us_(us) {}
    i64 us_ = 0;
};

/// A point on a clock that never goes back and starts somewhere near power-on.
class Instant {
  public:
    constexpr Instant() = default;
    static constexpr Instant from_us(i64 us) { return Instant(us); }
    /// Later than every other instant: "nothing to wait for".
    static constexpr Instant never() { return Instant(INT64_MAX); }

    constexpr i64 us() const { return us_; }
    constexpr i64 ms() const { return us_ / 1000; }

    constexpr auto operator<=>(const Instant&) const = default;
    constexpr Instant operator+(Duration d) const {
        return us_ == INT64_MAX ? *this : Instant(us_ + d.us());
    }
    constexpr Duration operator-(Instant other) const { return Duration::us(us_ - other.us_); }

  private:
    constexpr explicit Instant(i64 us) : us_(us) {}
    i64 us_ = 0;
};

}  // namespace kedge
