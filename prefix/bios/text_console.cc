#include "prefix/bios/text_console.h"

#include "arch/port.h"

namespace kedge::bios {

namespace {

// BIOS data area.
constexpr u32 kKeyHead = 0x41a;
constexpr u32 kKeyTail = 0x41c;
constexpr u32 kColumns = 0x44a;
constexpr u32 kLastRow = 0x484;

constexpr Duration kLookInterval = Duration::ms(20);
constexpr u8 kUsualAttribute = 7;
/// ANSI red, green, yellow … are blue, green, cyan … the other way round on a PC.
constexpr std::array<u8, 8> kPcColour = {0, 4, 2, 6, 1, 5, 3, 7};

int columns() {
    const int count = read_low16(kColumns);
    return count >= 20 && count <= 255 ? count : 80;
}

int rows() {
    const int last = read_low8(kLastRow);
    return last >= 10 ? last + 1 : 25;
}

/// An unmasked interrupt waits in one of the 8259s. Interrupts are off while we run, so without
/// looking here the keyboard would stay silent.
bool interrupt_pending() {
    constexpr u8 kReadRequests = 0x0a;
    for (const u16 controller : {0x20, 0xa0}) {
        arch::out8(controller, kReadRequests);
        if ((arch::in8(controller) & ~arch::in8(controller + 1)) != 0) return true;
    }
    return false;
}

/// Scan codes of keys without a character, INT 16h AH=10h.
int extended_key(u8 scan) {
    using namespace platform;
    if (scan >= 0x3b && scan <= 0x44) return kKeyF1 + scan - 0x3b;
    switch (scan) {
        case 0x47:
            return kKeyHome;
        case 0x48:
            return kKeyUp;
        case 0x49:
            return kKeyPageUp;
        case 0x4b:
            return kKeyLeft;
        case 0x4d:
            return kKeyRight;
        case 0x4f:
            return kKeyEnd;
        case 0x50:
            return kKeyDown;
        case 0x51:
            return kKeyPageDown;
        case 0x53:
            return kKeyDelete;
        case 0x85:
            return kKeyF1 + 10;
        case 0x86:
            return kKeyF1 + 11;
        default:
            return kNoKey;
    }
}

}  // namespace

void TextConsole::put(StrView text) {
    for (const char c : text) feed(static_cast<u8>(c));
    flush();
}

void TextConsole::feed(u8 byte) {
    switch (state_) {
        case State::plain:
            if (byte == 0x1b) {
                state_ = State::escape;
            } else if (byte == '\n') {
                add('\r');
                add('\n');
            } else if (byte == '\t') {
                for (int i = 0; i < 4; ++i) add(' ');
            } else if (byte >= 0xc0) {
                add('?');  // the first byte of a character outside ASCII
            } else if (byte < 0x80) {
                add(byte);
            }
            return;
        case State::escape:
            state_ = byte == '[' ? State::csi : State::plain;
            parameters_ = {};
            parameter_count_ = 0;
            ignored_ = false;
            return;
        case State::csi:
            if (byte >= '0' && byte <= '9') {
                u16& value = parameters_[min<size_t>(parameter_count_, parameters_.size() - 1)];
                value = static_cast<u16>(min(value * 10 + (byte - '0'), 999));
            } else if (byte == ';') {
                if (parameter_count_ < parameters_.size()) ++parameter_count_;
            } else if (byte < 0x40) {
                ignored_ = true;  // private parameters and intermediate bytes: nothing we know
            } else if (byte >= 0x40) {
                state_ = State::plain;
                flush();
                if (!ignored_) run_csi(byte);
            }
            return;
    }
}

void TextConsole::add(u8 character) {
    const MutableBytes bounce = real_.bounce();
    bounce[cells_ * 2] = character;
    bounce[cells_ * 2 + 1] = attribute_;
    if (++cells_ == bounce.size() / sizeof(TextCell)) flush();
}

void TextConsole::flush() {
    if (cells_ != 0) real_.print(std::exchange(cells_, 0));
}

int TextConsole::parameter(size_t index, int otherwise) const {
    return parameters_[index] != 0 ? parameters_[index] : otherwise;
}

u16 TextConsole::cursor() {
    Registers registers{.eax = 0x0300};
    real_.interrupt(0x10, registers);
    return static_cast<u16>(registers.edx);
}

void TextConsole::move_cursor(int row, int column) {
    row = clamp(row, 0, rows() - 1);
    column = clamp(column, 0, columns() - 1);
    Registers registers{.eax = 0x0200, .edx = static_cast<u32>(row << 8 | column)};
    real_.interrupt(0x10, registers);
}

void TextConsole::erase(u8 final) {
    const u16 at = cursor();
    const int row = at >> 8;
    const int column = at & 0xff;
    const bool screen = final == 'J';
    if (parameters_[0] == 2 && screen) {
        Registers registers{.eax = 0x0600,
                            .ebx = static_cast<u32>(attribute_ << 8),
                            .edx = static_cast<u32>((rows() - 1) << 8 | (columns() - 1))};
        real_.interrupt(0x10, registers);
        return;
    }
    if (parameters_[0] != 0) return;  // up to the cursor: nobody asks for it
    // Writing blanks with AH=09h does not move the cursor and runs on over line ends.
    const int lines = screen ? rows() - 1 - row : 0;
    Registers registers{.eax = 0x0920,
                        .ebx = attribute_,
                        .ecx = static_cast<u32>(columns() - column + lines * columns())};
    real_.interrupt(0x10, registers);
}

void TextConsole::set_colours() {
    for (size_t i = 0; i <= min<size_t>(parameter_count_, parameters_.size() - 1); ++i) {
        const u16 code = parameters_[i];
        const auto attribute = attribute_;
        if (code == 0) attribute_ = kUsualAttribute;
        if (code == 1) attribute_ = attribute | 0x08;
        if (code == 22) attribute_ = attribute & 0xf7;
        if (code == 7) attribute_ = static_cast<u8>((attribute & 7) << 4 | (attribute >> 4 & 7));
        if (code >= 30 && code <= 37) attribute_ = (attribute & 0xf8) | kPcColour[code - 30];
        if (code == 39) attribute_ = (attribute & 0xf8) | kUsualAttribute;
        if (code >= 40 && code <= 47) {
            attribute_ = static_cast<u8>((attribute & 0x0f) | kPcColour[code - 40] << 4);
        }
        if (code == 49) attribute_ = attribute & 0x0f;
    }
}

void TextConsole::run_csi(u8 final) {
    const auto move_by = [this](int down, int right) {
        const u16 at = cursor();
        move_cursor((at >> 8) + down, (at & 0xff) + right);
    };
    switch (final) {
        case 'm':
            return set_colours();
        case 'H':
        case 'f':
            return move_cursor(parameter(0, 1) - 1, parameter(1, 1) - 1);
        case 'J':
        case 'K':
            return erase(final);
        case 'A':
            return move_by(-parameter(0, 1), 0);
        case 'B':
            return move_by(parameter(0, 1), 0);
        case 'C':
            return move_by(0, parameter(0, 1));
        case 'D':
            return move_by(0, -parameter(0, 1));
        default:
            return;
    }
}

int TextConsole::read_key() {
    const Instant now = clock_.now();
    if (now < next_look_) return platform::kNoKey;
    if (interrupt_pending()) real_.serve_interrupts();
    if (read_low16(kKeyHead) == read_low16(kKeyTail)) {
        next_look_ = now + kLookInterval;
        return platform::kNoKey;
    }
    Registers registers{.eax = 0x1100};  // is there one really?
    real_.interrupt(0x16, registers);
    if ((registers.flags & 0x40) != 0) return platform::kNoKey;
    registers = {.eax = 0x1000};
    real_.interrupt(0x16, registers);
    const u8 character = registers.al();
    if (character != 0 && character != 0xe0) return character;
    return extended_key(registers.ah());
}

}  // namespace kedge::bios
