// The firmware's text console: screen, serial terminal or whatever ConOut is split over.
// UEFI Specification 2.10, chapter 12.
#pragma once

#include "platform/console.h"
#include "prefix/efi/ansi.h"
#include "prefix/efi/efi.h"
#include "prefix/efi/utf16.h"

namespace kedge::efi {

class TextConsole final : public platform::Console {
  public:
    explicit TextConsole(const Environment& env);

    void put(StrView text) override;
    int read_key() override;

    /// Default colours and a visible cursor, as firmware expects them back.
    void restore();

  private:
    static constexpr size_t kBuffer = 128;

    void put_byte(u8 byte);
    void append(u16 unit);
    void flush();
    void run_sequence();
    void set_colours();
    void move_cursor(int column, int row);
    struct Size {
        int columns;
        int rows;
    };
    Size size() const;
    void clear_screen(int column, int row);
    void clear_line();
    int firmware_key();
    int read_key_ex();

    const Environment& env_;
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL* input_ex_ = nullptr;
    AnsiParser parser_;
    Utf8Decoder decoder_;
    std::array<u16, kBuffer + 1> buffer_{};
    size_t used_ = 0;
    u8 attribute_ = kDefaultAttribute;
    static constexpr u8 kDefaultAttribute = EFI_LIGHTGRAY;

    /// Waits look for keys every millisecond or so: a sequence that stopped that long is none.
    static constexpr u8 kIdleReads = 50;
    platform::KeyDecoder keys_;
    u8 idle_reads_ = 0;
    bool in_sequence_ = false;
};

/// Does the firmware's console already write to a serial port?
bool console_is_serial(const Environment& env);

}  // namespace kedge::efi
