// What time it is: the machine's own clock, until a server has been asked.
#pragma once

#include "platform/clock.h"
#include "platform/system.h"

namespace kedge::boot {

class WallClock {
  public:
    WallClock(platform::Clock& clock, platform::System& system) : clock_(clock), system_(system) {}

    /// Seconds since 1970; 0 if nobody knows.
    u64 unix_time() const {
        const i64 now = clock_.now().us();
        if (!asked_) {
            asked_ = true;
            const u64 base = system_.unix_time();
            if (base != 0) offset_ = static_cast<i64>(base) * 1'000'000 - now;
        }
        return offset_ == 0 ? 0 : static_cast<u64>(offset_ + now) / 1'000'000;
    }

    /// It is `unix_us` microseconds since 1970 at `at`.
    void set(u64 unix_us, Instant at) {
        asked_ = true;
        offset_ = static_cast<i64>(unix_us) - at.us();
    }

  private:
    platform::Clock& clock_;
    platform::System& system_;
    mutable bool asked_ = false;
    mutable i64 offset_ = 0;  // from our clock, in microseconds
};

}  // namespace kedge::boot
