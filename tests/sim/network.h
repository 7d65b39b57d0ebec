// A simulated network: two directions with a rate, a delay, a queue and faults, on a virtual clock.
// The same seed gives the same run.
#pragma once

#include <deque>
#include <queue>
#include <random>

#include "base/time.h"
#include "fakes/net.h"

namespace kedge::sim {

using fakes::Buffer;

struct Faults {
    double loss = 0;         // of frames, each way
    double duplication = 0;  //
    double corruption = 0;   // one bit, anywhere behind the Ethernet header
    double reordering = 0;   // held back for up to `jitter`
    Duration jitter = Duration::ms(3);
};

class Random {
  public:
    explicit Random(u64 seed) : engine_(seed) {}
    bool happens(double probability) {
        return static_cast<double>(engine_() >> 11) * 0x1p-53 < probability;
    }
    u64 below(u64 limit) { return engine_() % limit; }

  private:
    std::mt19937_64 engine_;
};

/// One direction: 1 Gb/s behind a queue of 1000 frames.
class Link {
  public:
    Link(Duration delay, const Faults& faults, u64 seed)
        : delay_(delay), faults_(faults), random_(seed) {}

    void send(const Buffer& frame, Instant now) {
        busy_until_ = max(busy_until_, now);
        if (busy_until_ - now > kQueue) return;  // the queue is full
        nanoseconds_ += static_cast<i64>(frame.size() + 24) * 8;
        busy_until_ = busy_until_ + Duration::us(nanoseconds_ / 1000);
        nanoseconds_ %= 1000;
        if (random_.happens(faults_.loss)) return;
        deliver_at(busy_until_ + delay_, frame);
        if (random_.happens(faults_.duplication)) deliver_at(busy_until_ + delay_, frame);
    }
    Instant next() const { return arriving_.empty() ? Instant::never() : arriving_.top().at; }
    /// The next frame that has arrived by `now`; false if there is none.
    bool receive(Instant now, Buffer& frame) {
        if (next() > now) return false;
        frame = arriving_.top().frame;
        arriving_.pop();
        return true;
    }

  private:
    static constexpr Duration kQueue = Duration::ms(12);

    struct Flight {
        Instant at;
        u64 number;
        Buffer frame;
        bool operator<(const Flight& other) const {  // the top is the earliest
            return at != other.at ? other.at < at : other.number < number;
        }
    };

    void deliver_at(Instant at, Buffer frame) {
        if (random_.happens(faults_.reordering)) {
            at = at + Duration::us(
                          static_cast<i64>(random_.below(static_cast<u64>(faults_.jitter.us()))));
        }
        if (random_.happens(faults_.corruption)) {
            const size_t header = net::wire::EthernetHeader::kSize;
            frame[header + random_.below(frame.size() - header)] ^=
                static_cast<u8>(1u << random_.below(8));
        }
        arriving_.push({at, count_++, std::move(frame)});
    }

    Duration delay_;
    Faults faults_;
    Random random_;
    Instant busy_until_;
    i64 nanoseconds_ = 0;
    u64 count_ = 0;
    std::priority_queue<Flight> arriving_;
};

}  // namespace kedge::sim
