#include "src/boot/choose.h"

#include "src/boot/wait.h"
#include "src/proto/sentence.h"

namespace kedge::boot {
namespace {

constexpr size_t kWidth = 72;
constexpr StrView kToLineEnd = "\x1b[K";

using Line = proto::Printable<kWidth>;

/// The line under the list that says what Enter would take.
void print_choice(const Session& session, std::span<const StrView> items, size_t at,
                  std::optional<i64> seconds) {
    session.print("\r> {}. {}", at + 1, Line(items[at]).view());
    if (seconds) session.print(" ({})", *seconds);
    session.print("{}", kToLineEnd);
}

size_t moved(size_t at, int key, size_t count) {
    switch (key) {
        case platform::kKeyUp:
            return at == 0 ? count - 1 : at - 1;
        case platform::kKeyDown:
            return at + 1 == count ? 0 : at + 1;
        case platform::kKeyHome:
            return 0;
        case platform::kKeyEnd:
            return count - 1;
        default:
            return key >= '1' && key <= '9' ? min<size_t>(key - '1', count - 1) : at;
    }
}

/// Until Enter or the end of the countdown.
Result<size_t> wait_for_choice(Session& session, std::span<const StrView> items, size_t at,
                               Duration timeout) {
    const bool counting = timeout.us() > 0;
    Instant end = counting ? session.context.clock.now() + timeout : Instant::never();
    while (true) {
        const Instant now = session.context.clock.now();
        if (now >= end) return at;
        const bool timed = end != Instant::never();
        std::optional<i64> seconds;
        if (timed) seconds = ((end - now).ms() + 999) / 1000;
        print_choice(session, items, at, seconds);
        const int key = wait_for_key(session, timed ? min(end, now + Duration::seconds(1)) : end);
        if (key == platform::kNoKey) continue;
        if (key == '\r' || key == '\n') return at;
        if (key == kEscape || key == kCtrlC) return Error::cancelled;
        end = Instant::never();
        at = moved(at, key, items.size());
    }
}

}  // namespace

Result<size_t> choose_from_list(Session& session, StrView title, std::span<const StrView> items,
                                size_t preselected, Duration timeout) {
    if (preselected >= items.size()) return Error::invalid_argument;
    session.print("\n{}\n", Line(title).view());
    for (size_t i = 0; i < items.size(); ++i) {
        session.print("  {}. {}\n", i + 1, Line(items[i]).view());
    }
    const Result<size_t> chosen = wait_for_choice(session, items, preselected, timeout);
    session.print("\n");
    return chosen;
}

}  // namespace kedge::boot
