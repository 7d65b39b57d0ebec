// A console that keeps what was printed and types what a test wants, at once or at a given time.
#pragma once

#include <deque>
#include <string>

#include "fakes/clock.h"
#include "platform/console.h"

namespace kedge::fakes {

class Console final : public platform::Console {
  public:
    explicit Console(Clock* clock = nullptr) : clock_(clock) {}

    void put(StrView text) override {
        output.append(text.data(), text.size());
        ++puts;
    }
    int read_key() override {
        ++reads;
        if (keys_.empty()) return platform::kNoKey;
        if (clock_ != nullptr && clock_->peek() < keys_.front().when) return platform::kNoKey;
        const int key = keys_.front().key;
        keys_.pop_front();
        return key;
    }

    void type(const std::string& text) {
        for (char c : text) type_key(static_cast<unsigned char>(c));
    }
    void type_key(int key, Instant when = {}) { keys_.push_back({when, key}); }

    bool printed(const std::string& text) const { return output.find(text) != std::string::npos; }
    /// What was printed since the last take().
    std::string take() { return std::exchange(output, std::string()); }

    std::string output;
    size_t puts = 0;
    size_t reads = 0;

  private:
    struct TypedKey {
        Instant when;
        int key;
    };
    Clock* clock_;
    std::deque<TypedKey> keys_;
};

}  // namespace kedge::fakes
