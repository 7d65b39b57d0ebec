#include "src/boot/keyboard.h"

namespace kedge::boot {
namespace {

/// The numbers that scripts use for keys beyond ASCII, e.g. 0x197e for F12: one more than the
/// parameter of the key's ANSI sequence (ESC [ 24 ~), and its final character.
int key_of_ansi(u64 number) {
    constexpr u8 kFunctionKeys[] = {11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24};
    if ((number & 0xff) == '~') {
        for (size_t i = 0; i < std::size(kFunctionKeys); ++i) {
            if (number >> 8 == kFunctionKeys[i] + 1u) return platform::kKeyF1 + static_cast<int>(i);
        }
    }
    switch (number) {
        case 0x141:
            return platform::kKeyUp;
        case 0x142:
            return platform::kKeyDown;
        case 0x143:
            return platform::kKeyRight;
        case 0x144:
            return platform::kKeyLeft;
        default:
            return static_cast<int>(number);
    }
}

}  // namespace

std::optional<int> parse_key(StrView text) {
    if (text.size() == 1) return static_cast<u8>(text[0]);
    const std::optional<u64> number = parse_number(text, 0);
    if (!number || *number > 0xffff) return std::nullopt;
    return key_of_ansi(*number);
}

bool Keyboard::cancelled(Instant now) {
    if (now < next_poll_) return false;
    next_poll_ = now + kPollInterval;
    // A stuck key or a noisy line must not keep us here.
    for (size_t i = 0; i < kTypedAhead; ++i) {
        const int key = console_.read_key();
        if (key == platform::kNoKey) return false;
        if (key == kCtrlB && now < shell_until_) shell_wanted_ = true;
        if (key == kCtrlC || shell_wanted_) {
            count_ = 0;
            return true;
        }
        if (count_ < kTypedAhead) keys_[count_++] = key;
    }
    return false;
}

int Keyboard::read() {
    if (count_ == 0) return console_.read_key();
    const int key = keys_[0];
    --count_;
    for (size_t i = 0; i < count_; ++i) keys_[i] = keys_[i + 1];
    return key;
}

}  // namespace kedge::boot
