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

/// Keys of `ESC [ <final>` and `ESC O <final>`: ECMA-48, VT220, xterm.
constexpr struct {
    char final;
    u16 key;
} kFinalKeys[] = {
    {'A', kKeyUp},  {'B', kKeyDown}, {'C', kKeyRight},  {'D', kKeyLeft},   {'H', kKeyHome},
    {'F', kKeyEnd}, {'P', kKeyF1},   {'Q', kKeyF1 + 1}, {'R', kKeyF1 + 2}, {'S', kKeyF1 + 3},
};

/// Stands for the second bracket of `ESC [ [ <final>`: F1 to F5 of the Linux console.
constexpr u16 kLinuxKeys = 1000;

/// Keys of `ESC [ <parameter> ~`. The gaps between the function keys are historical.
constexpr u16 kTildeKeys[] = {
    0,          kKeyHome,   0,           kKeyDelete,  kKeyEnd,    kKeyPageUp, kKeyPageDown,
    kKeyHome,   kKeyEnd,    0,           0,           kKeyF1,     kKeyF1 + 1, kKeyF1 + 2,
    kKeyF1 + 3, kKeyF1 + 4, 0,           kKeyF1 + 5,  kKeyF1 + 6, kKeyF1 + 7, kKeyF1 + 8,
    kKeyF1 + 9, 0,          kKeyF1 + 10, kKeyF1 + 11,
};

int csi_key(u16 parameter, u8 final) {
    if (parameter == kLinuxKeys) {
        return final >= 'A' && final <= 'E' ? kKeyF1 + (final - 'A') : int{kNoKey};
    }
    if (final == '~') {
        const u16 key = parameter < std::size(kTildeKeys) ? kTildeKeys[parameter] : 0;
        return key != 0 ? int{key} : int{kNoKey};
    }
    for (const auto& [letter, key] : kFinalKeys) {
        if (final == letter) return key;
    }
    return kNoKey;
}

}  // namespace

int KeyDecoder::feed(u8 byte) {
    // A new sequence begins wherever an old one stopped.
    if (byte == kEscape) {
        const State before = std::exchange(state_, State::escape);
        return before == State::escape ? kEscape : int{kNoKey};
    }
    switch (state_) {
        case State::plain:
            return byte;
        case State::escape:
            state_ = State::plain;
            if (byte != '[' && byte != 'O') return byte;
            state_ = State::csi;
            parameter_ = 0;
            more_parameters_ = false;
            return kNoKey;
        case State::csi:
            break;
    }
    if (is_digit(static_cast<char>(byte)) && !more_parameters_) {
        parameter_ = static_cast<u16>(min(parameter_ * 10 + (byte - '0'), 999));
    }
    // Further parameters say that Shift or Ctrl is held, other bytes belong to a terminal's answer.
    if (byte == ';') more_parameters_ = true;
    if (byte >= 0x20 && byte <= 0x3f) return kNoKey;
    if (byte == '[' && parameter_ == 0) {
        parameter_ = kLinuxKeys;
        return kNoKey;
    }
    state_ = State::plain;
    return csi_key(parameter_, byte);
}

int KeyDecoder::flush() {
    const bool lone_escape = state_ == State::escape;
    state_ = State::plain;
    return lone_escape ? kEscape : kNoKey;
}

}  // namespace kedge::platform
