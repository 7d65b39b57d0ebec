// A clock that tests drive by hand. Each look at it lets a little time pass, so that loops which
// wait for a deadline end; relax() jumps to the moment that was asked for.
#pragma once

#include <stdexcept>

#include "platform/clock.h"

namespace kedge::fakes {

class Clock final : public platform::Clock {
  public:
    Instant now() override {
        time_ = time_ + tick;
        // A wait without end fails its test instead of hanging it.
        if (time_ > kEnd) throw std::logic_error("waited for hours");
        return time_;
    }
    void relax(Instant until) override {
        if (until > time_) time_ = until;
    }

    /// The time without letting any pass.
    Instant peek() const { return time_; }
    void advance(Duration duration) { time_ = time_ + duration; }

    Duration tick = Duration::us(10);

  private:
    static constexpr Instant kEnd = Instant::from_us(7'200'000'000);

    Instant time_ = Instant::from_us(1'000'000);
};

}  // namespace kedge::fakes
