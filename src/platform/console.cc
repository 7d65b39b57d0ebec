#include "platform/console.h"

namespace kedge::platform {

void ConsoleGroup::add(Console& console) {
    if (count_ < kMaxConsoles) consoles_[count_++] = &console;
}

void ConsoleGroup::remove(Console& console) {
    for (size_t i = 0; i < count_; ++i) {
        if (consoles_[i] == &console) consoles_[i--] = consoles_[--count_];
    }
}

void ConsoleGroup::put(StrView text) {
    for (size_t i = 0; i < count_; ++i) consoles_[i]->put(text);
}

int ConsoleGroup::read_key() {
    for (size_t i = 0; i < count_; ++i) {
        const int key = consoles_[i]->read_key();
        if (key != kNoKey) return key;
    }
    return kNoKey;
}

namespace {

constexpr int kEscape = 0x1b;

/// The key of `ESC [ <parameter> <final>`; ECMA-48 and the VT220/xterm function keys.
int csi_key(u16 parameter, u8 final) {
    switch (final) {
        case 'A':
            return kKeyUp;
        case 'B':
            return kKeyDown;
        case 'C':
            return kKeyRight;
        case 'D':
            return kKeyLeft;
        case 'H':
            return kKeyHome;
        case 'F':
            return kKeyEnd;
        case '~':
            break;
        default:
            return kNoKey;
    }
    switch (parameter) {
        case 1:
        case 7:
            return kKeyHome;
        case 3:
            return kKeyDelete;
        case 4:
        case 8:
            return kKeyEnd;
        case 5:
            return kKeyPageUp;
        case 6:
            return kKeyPageDown;
        default:
            break;
    }
    // F1 to F12 are 11-15, 17-21, 23-24: the gaps are historical.
    if (parameter >= 11 && parameter <= 15) return kKeyF1 + parameter - 11;
    if (parameter >= 17 && parameter <= 21) return kKeyF1 + parameter - 12;
    if (parameter >= 23 && parameter <= 24) return kKeyF1 + parameter - 13;
    return kNoKey;
}

}  // namespace

int KeyDecoder::feed(u8 byte) {
    switch (state_) {
        case State::plain:
            if (byte != kEscape) return byte;
            state_ = State::escape;
            return kNoKey;
        case State::escape:
            state_ = State::plain;
            if (byte != '[' && byte != 'O') return byte;
            state_ = State::csi;
            parameter_ = 0;
            return kNoKey;
        case State::csi:
            if (is_digit(static_cast<char>(byte))) {
                parameter_ = static_cast<u16>(min(parameter_ * 10 + (byte - '0'), 999));
                return kNoKey;
            }
            if (byte == ';') return kNoKey;
            state_ = State::plain;
            return csi_key(parameter_, byte);
    }
    return kNoKey;
}

int KeyDecoder::flush() {
    const bool lone_escape = state_ == State::escape;
    state_ = State::plain;
    return lone_escape ? kEscape : kNoKey;
}

}  // namespace kedge::platform
