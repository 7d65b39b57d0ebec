#include "prefix/efi/console.h"

#include "prefix/efi/device_path.h"

namespace kedge::efi {
namespace {

/// ANSI colour numbers 0 to 7 in EFI's order of bits (blue is 1, red is 4).
constexpr std::array<u8, 8> kColours = {EFI_BLACK, EFI_RED,     EFI_GREEN, EFI_BROWN,
                                        EFI_BLUE,  EFI_MAGENTA, EFI_CYAN,  EFI_LIGHTGRAY};
constexpr u8 kBright = 0x08;
constexpr u8 kForeground = 0x0f;
constexpr u8 kBackground = 0x70;
constexpr int kEscape = 0x1b;

int key_from_scan_code(u16 code) {
    using namespace platform;
    switch (code) {
        case SCAN_UP:
            return kKeyUp;
        case SCAN_DOWN:
            return kKeyDown;
        case SCAN_RIGHT:
            return kKeyRight;
        case SCAN_LEFT:
            return kKeyLeft;
        case SCAN_HOME:
            return kKeyHome;
        case SCAN_END:
            return kKeyEnd;
        case SCAN_DELETE:
            return kKeyDelete;
        case SCAN_PAGE_UP:
            return kKeyPageUp;
        case SCAN_PAGE_DOWN:
            return kKeyPageDown;
        case SCAN_ESC:
            return kEscape;
        default:
            return code >= SCAN_F1 && code <= SCAN_F12 ? kKeyF1 + (code - SCAN_F1) : kNoKey;
    }
}

int key_from(const EFI_INPUT_KEY& key, bool control) {
    if (key.UnicodeChar == 0) return key_from_scan_code(key.ScanCode);
    // Keys beyond ASCII have no code in platform::Key.
    if (key.UnicodeChar > 0x7f) return platform::kNoKey;
    const char c = to_lower(static_cast<char>(key.UnicodeChar));
    if (control && c >= 'a' && c <= 'z') return c - 'a' + 1;
    return key.UnicodeChar;
}

}  // namespace

TextConsole::TextConsole(const Environment& env) : env_(env) {
    input_ex_ = get_protocol<EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL>(env, env.table->ConsoleInHandle,
                                                                kTextInputExGuid);
    auto* out = env.table->ConOut;
    if (out != nullptr) out->EnableCursor(out, TRUE);  // boot managers hide it
}

void TextConsole::put(StrView text) {
    if (env_.table->ConOut == nullptr) return;
    for (char c : text) {
        switch (parser_.feed(static_cast<u8>(c))) {
            case AnsiParser::Event::none:
                break;
            case AnsiParser::Event::text:
                put_byte(static_cast<u8>(c));
                break;
            case AnsiParser::Event::sequence:
                flush();
                run_sequence();
                break;
        }
    }
    flush();
}

void TextConsole::put_byte(u8 byte) {
    const u32 code = decoder_.feed(byte);
    if (code == Utf8Decoder::kIncomplete) return;
    if (code == '\n') append('\r');
    // Text mode knows UCS-2 only.
    append(static_cast<u16>(code > 0xffff ? Utf8Decoder::kReplacement : code));
}

void TextConsole::append(u16 unit) {
    if (used_ == kBuffer) flush();
    buffer_[used_++] = unit;
}

void TextConsole::flush() {
    if (used_ == 0) return;
    buffer_[used_] = 0;
    used_ = 0;
    // A console that cannot show a character says so with a warning; nothing to be done.
    env_.table->ConOut->OutputString(env_.table->ConOut, buffer_.data());
}

void TextConsole::run_sequence() {
    auto* out = env_.table->ConOut;
    const int column = out->Mode->CursorColumn;
    const int row = out->Mode->CursorRow;
    const int count = parser_.parameter(0, 1);
    switch (parser_.final()) {
        case 'm':
            return set_colours();
        case 'A':
            return move_cursor(column, row - count);
        case 'B':
            return move_cursor(column, row + count);
        case 'C':
            return move_cursor(column + count, row);
        case 'D':
            return move_cursor(column - count, row);
        case 'G':
            return move_cursor(count - 1, row);
        case 'H':
        case 'f':
            return move_cursor(parser_.parameter(1, 1) - 1, count - 1);
        case 'J':
            return clear_screen(column, row);
        case 'K':
            return clear_line();
        default:
            return;
    }
}

void TextConsole::set_colours() {
    const size_t count = max<size_t>(parser_.parameter_count(), 1);
    for (size_t i = 0; i < count; ++i) {
        const unsigned code = parser_.parameter(i, 0);
        if (code == 0) {
            attribute_ = kDefaultAttribute;
        } else if (code == 1) {
            attribute_ |= kBright;
        } else if (code == 22) {
            attribute_ = static_cast<u8>(attribute_ & ~kBright);
        } else if (code >= 30 && code <= 37) {
            attribute_ = static_cast<u8>((attribute_ & ~kForeground) | (attribute_ & kBright) |
                                         kColours[code - 30]);
        } else if (code == 39) {
            attribute_ = static_cast<u8>((attribute_ & ~kForeground) | (attribute_ & kBright) |
                                         kDefaultAttribute);
        } else if (code >= 40 && code <= 47) {
            attribute_ = static_cast<u8>((attribute_ & ~kBackground) | kColours[code - 40] << 4);
        } else if (code == 49) {
            attribute_ = static_cast<u8>(attribute_ & ~kBackground);
        }
    }
    env_.table->ConOut->SetAttribute(env_.table->ConOut, attribute_);
}

void TextConsole::move_cursor(int column, int row) {
    auto* out = env_.table->ConOut;
    const Size limits = size();
    column = clamp(column, 0, limits.columns - 1);
    row = clamp(row, 0, limits.rows - 1);
    out->SetCursorPosition(out, static_cast<UINTN>(column), static_cast<UINTN>(row));
}

TextConsole::Size TextConsole::size() const {
    auto* out = env_.table->ConOut;
    UINTN columns = 80;
    UINTN rows = 25;
    // On failure the smallest mode there is bounds what we do.
    out->QueryMode(out, static_cast<UINTN>(out->Mode->Mode), &columns, &rows);
    return {static_cast<int>(clamp<UINTN>(columns, 1, 1024)),
            static_cast<int>(clamp<UINTN>(rows, 1, 1024))};
}

/// ESC [ 2 J, and ESC [ J from the cursor on.
void TextConsole::clear_screen(int column, int row) {
    auto* out = env_.table->ConOut;
    const unsigned what = parser_.parameter(0, 0);
    if (what == 2 || (what == 0 && column == 0 && row == 0)) {
        out->ClearScreen(out);
    } else if (what == 0) {
        const int rows = size().rows;
        clear_line();
        for (int below = row + 1; below < rows; ++below) {
            move_cursor(0, below);
            clear_line();
        }
    }
    move_cursor(column, row);
}

/// ESC [ K, 1 K, 2 K. The last column stays: writing there would scroll.
void TextConsole::clear_line() {
    auto* out = env_.table->ConOut;
    const int column = out->Mode->CursorColumn;
    const int row = out->Mode->CursorRow;
    const unsigned what = parser_.parameter(0, 0);
    const int from = what == 0 ? column : 0;
    const int to = what == 1 ? column : size().columns - 1;
    move_cursor(from, row);
    for (int i = from; i < to; ++i) append(' ');
    flush();
    move_cursor(column, row);
}

/// Firmware knows the sequences of one kind of terminal on its serial line, and passes those of
/// others on as characters, not always in one go.
int TextConsole::read_key() {
    const int key = firmware_key();
    if (key > 0xff) return key;
    if (key == platform::kNoKey) {
        if (!in_sequence_ || ++idle_reads_ < kIdleReads) return key;
        in_sequence_ = false;
        return keys_.flush();
    }
    idle_reads_ = 0;
    const int decoded = keys_.feed(static_cast<u8>(key));
    in_sequence_ = decoded == platform::kNoKey;
    return decoded;
}

int TextConsole::firmware_key() {
    if (input_ex_ != nullptr) return read_key_ex();
    auto* in = env_.table->ConIn;
    EFI_INPUT_KEY key{};
    if (in == nullptr || in->ReadKeyStroke(in, &key) != EFI_SUCCESS) return platform::kNoKey;
    return key_from(key, false);
}

int TextConsole::read_key_ex() {
    EFI_KEY_DATA data{};
    if (input_ex_->ReadKeyStrokeEx(input_ex_, &data) != EFI_SUCCESS) return platform::kNoKey;
    const u32 shift = data.KeyState.KeyShiftState;
    const bool control = (shift & EFI_SHIFT_STATE_VALID) != 0 &&
                         (shift & (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED)) != 0;
    return key_from(data.Key, control);
}

void TextConsole::restore() {
    auto* out = env_.table->ConOut;
    if (out == nullptr) return;
    flush();
    out->SetAttribute(out, kDefaultAttribute);
    out->EnableCursor(out, TRUE);
}

bool console_is_serial(const Environment& env) {
    for (EFI_HANDLE handle : Handles(env, kConsoleOutDeviceGuid)) {
        const auto* path = get_protocol<EFI_DEVICE_PATH>(env, handle, kDevicePathGuid);
        if (path != nullptr && find_node(path, MESSAGING_DEVICE_PATH, MSG_UART_DP) != nullptr) {
            return true;
        }
    }
    // Without a console splitter ConOut is the device itself.
    const auto* path =
        get_protocol<EFI_DEVICE_PATH>(env, env.table->ConsoleOutHandle, kDevicePathGuid);
    return path != nullptr && find_node(path, MESSAGING_DEVICE_PATH, MSG_UART_DP) != nullptr;
}

}  // namespace kedge::efi
