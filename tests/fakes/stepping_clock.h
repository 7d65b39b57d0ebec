// A clock for drivers' bounded waits: every look at it takes a microsecond, relax() takes all the
// time it may.
#pragma once

#include "platform/clock.h"

namespace kedge::fakes {

class SteppingClock final : public platform::Clock {
  public:
    Instant now() override { return time = time + Duration::us(1); }
    void relax(Instant until) override {
        if (until > time) time = until;
    }

    Instant time = Instant::from_us(1'000'000);
};

}  // namespace kedge::fakes
