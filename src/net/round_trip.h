// RoundTrip: the retransmission time-out of RFC 6298 section 2.
#pragma once

#include "base/time.h"

namespace kedge::net {

class RoundTrip {
  public:
    /// Until the next sample or back_off().
    Duration timeout() const { return timeout_; }

    void add(Duration sample) {
        if (!sampled_) {
            smoothed_ = sample;
            variation_ = sample / 2;
            sampled_ = true;
        } else {
            const i64 difference = smoothed_.us() - sample.us();
            const Duration deviation = Duration::us(difference < 0 ? -difference : difference);
            variation_ = (variation_ * 3 + deviation) / 4;
            smoothed_ = (smoothed_ * 7 + sample) / 8;
        }
        timeout_ = clamp(smoothed_ + variation_ * 4, kMin, kMax);
    }
    void back_off() { timeout_ = min(timeout_ * 2, kMax); }

  private:
    // Below the second of RFC 6298: our requests are small, and a peer that delays its
    // acknowledgement does so for 200 ms at most.
    static constexpr Duration kMin = Duration::ms(250);
    static constexpr Duration kMax = Duration::seconds(10);

    Duration smoothed_;
    Duration variation_;
    Duration timeout_ = Duration::seconds(1);
    bool sampled_ = false;
};

}  // namespace kedge::net
