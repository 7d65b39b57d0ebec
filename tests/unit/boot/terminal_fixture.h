// A session with a terminal beside the plain console, and a hand that types at given times.
#pragma once

#include <functional>

#include "boot_fixture.h"
#include "fakes/terminal.h"

namespace kedge::boot::test {

/// Types a key when something was drawn since the one before and nothing more comes, and looks at
/// the screen then.
class Watcher final : public platform::Console {
  public:
    explicit Watcher(const fakes::Terminal& terminal) : terminal_(terminal) {}

    void put(StrView) override {}
    int read_key() override {
        const bool settled = std::exchange(seen_, terminal_.bytes) == terminal_.bytes;
        if (steps_.empty() || !settled || seen_ == answered_) return platform::kNoKey;
        answered_ = seen_;
        const Step step = steps_.front();
        steps_.pop_front();
        if (step.look) step.look();
        return step.key;
    }

    void then(std::function<void()> look, int key) { steps_.push_back({look, key}); }
    void key(int key) { steps_.push_back({{}, key}); }
    void type(const std::string& text) {
        for (const char c : text) key(static_cast<unsigned char>(c));
    }

  private:
    struct Step {
        std::function<void()> look;
        int key;
    };
    const fakes::Terminal& terminal_;
    std::deque<Step> steps_;
    size_t seen_ = 0;      // bytes drawn when a key was last asked for
    size_t answered_ = 0;  // and when one was typed
};

struct TerminalFixture : BootFixture {
    TerminalFixture() {
        fake.group.add(terminal);
        fake.group.add(hand);
    }
    ~TerminalFixture() { CHECK(terminal.refused == std::vector<std::string>{}); }

    fakes::Terminal terminal;
    Watcher hand{terminal};
};

}  // namespace kedge::boot::test
