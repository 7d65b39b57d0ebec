// A session with a terminal beside the plain console, and a hand that types at given times.
#pragma once

#include <functional>

#include "boot_fixture.h"
#include "fakes/terminal.h"

namespace kedge::boot::test {

/// Looks at the screen when a key is asked for: an "hour" passes between two keys, so that all that
/// was to be drawn has been drawn.
class Watcher final : public platform::Console {
  public:
    void put(StrView) override {}
    int read_key() override {
        if (steps.empty()) return platform::kNoKey;
        // First nothing, so that the screen is brought up to date.
        if (!std::exchange(rested_, true)) return platform::kNoKey;
        rested_ = false;
        const Step step = steps.front();
        steps.erase(steps.begin());
        if (step.look) step.look();
        return step.key;
    }

    void then(std::function<void()> look, int key) { steps.push_back({look, key}); }
    void key(int key) { steps.push_back({{}, key}); }
    void type(const std::string& text) {
        for (const char c : text) key(static_cast<unsigned char>(c));
    }

  private:
    struct Step {
        std::function<void()> look;
        int key;
    };
    std::vector<Step> steps;
    bool rested_ = false;
};

struct TerminalFixture : BootFixture {
    TerminalFixture() {
        fake.group.add(terminal);
        fake.group.add(hand);
    }
    ~TerminalFixture() { CHECK(terminal.refused == std::vector<std::string>{}); }

    fakes::Terminal terminal;
    Watcher hand;
};

}  // namespace kedge::boot::test
