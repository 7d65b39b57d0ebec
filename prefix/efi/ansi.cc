#include "prefix/efi/ansi.h"

namespace kedge::efi {

void AnsiParser::on_digit(u8 digit) {
    if (count_ == 0) parameters_[count_++] = kLeftOut;
    u16& current = parameters_[count_ - 1];
    const u32 before = current == kLeftOut ? 0 : current;
    current = static_cast<u16>(min<u32>(before * 10 + digit, kLargest));
}

AnsiParser::Event AnsiParser::feed(u8 byte) {
    constexpr u8 kEscape = 0x1b;
    if (byte == kEscape) {
        state_ = State::escape;
        return Event::none;
    }
    switch (state_) {
        case State::text:
            return Event::text;
        case State::escape:
            state_ = byte == '[' ? State::csi : State::text;
            count_ = 0;
            ignored_ = false;
            return Event::none;
        case State::csi:
            break;
    }
    if (byte >= '0' && byte <= '9') {
        on_digit(static_cast<u8>(byte - '0'));
    } else if (byte == ';') {
        if (count_ == 0) parameters_[count_++] = kLeftOut;
        if (count_ < kMaxParameters) {
            parameters_[count_++] = kLeftOut;
        } else {
            ignored_ = true;
        }
    } else if (byte >= 0x20 && byte <= 0x3f) {
        ignored_ = true;  // intermediate bytes and private parameters: nothing we know
    } else {
        state_ = State::text;
        final_ = static_cast<char>(byte);
        if (byte >= 0x40 && byte <= 0x7e && !ignored_) return Event::sequence;
    }
    return Event::none;
}

}  // namespace kedge::efi
