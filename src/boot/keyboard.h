// Keyboard: keys for commands that wait for one, and Ctrl-C (or Ctrl-B) while something else runs.
#pragma once

#include "base/time.h"
#include "platform/console.h"

namespace kedge::boot {

/// The key of Ctrl and a small letter.
constexpr int control(char letter) { return letter - 'a' + 1; }

inline constexpr int kCtrlB = control('b');
inline constexpr int kCtrlC = control('c');
inline constexpr int kBackspace = 0x08;
inline constexpr int kTab = 0x09;
inline constexpr int kLineFeed = 0x0a;
inline constexpr int kReturn = 0x0d;
inline constexpr int kEscape = 0x1b;
inline constexpr int kRubOut = 0x7f;

/// A key as scripts name it: a single character, or a number (that of an ASCII character, or one
/// of iPXE's for other keys, such as 0x197e for F12).
std::optional<int> parse_key(StrView text);

class Keyboard {
  public:
    explicit Keyboard(platform::Console& console) : console_(console) {}

    /// Looks at the console if kPollInterval has passed: reading keys may be slow. True once after
    /// Ctrl-C was pressed; other keys are kept for read().
    bool cancelled(Instant now);
    /// A waiting key, or kNoKey.
    int read();

    /// Until `until`, Ctrl-B counts as Ctrl-C and shell_wanted() says so.
    void offer_shell(Instant until) { shell_until_ = until; }
    Instant shell_offer_end() const { return shell_until_; }
    bool shell_wanted() const { return shell_wanted_; }
    void clear_shell_wanted() { shell_wanted_ = false; }

    static constexpr Duration kPollInterval = Duration::ms(20);

  private:
    static constexpr size_t kTypedAhead = 16;

    platform::Console& console_;
    Instant next_poll_;
    Instant shell_until_;
    bool shell_wanted_ = false;
    std::array<int, kTypedAhead> keys_{};
    size_t count_ = 0;
};

}  // namespace kedge::boot
