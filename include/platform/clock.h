// The one source of time.
#pragma once

#include "base/time.h"

namespace kedge::platform {

class Clock {
  public:
    /// Monotonic; microseconds since some moment near power-on or the entry of our code.
    virtual Instant now() = 0;

    /// May save power until about `until`, or return at once. Network cards are polled, so the wait
    /// must stay below a few microseconds while a transfer runs; callers pass what they know.
    virtual void relax(Instant until) = 0;

  protected:
    ~Clock() = default;
};

}  // namespace kedge::platform
