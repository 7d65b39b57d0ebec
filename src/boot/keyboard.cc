#include "src/boot/keyboard.h"

namespace kedge::boot {

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
