// What a person sees and types.
#pragma once

#include "base/format.h"

namespace kedge::platform {

/// Key codes above ASCII, as `prompt --key` and the line editor use them.
enum Key : int {
    kNoKey = -1,
    kKeyUp = 0x101,
    kKeyDown = 0x102,
    kKeyLeft = 0x103,
    kKeyRight = 0x104,
    kKeyHome = 0x105,
    kKeyEnd = 0x106,
    kKeyDelete = 0x107,
    kKeyPageUp = 0x108,
    kKeyPageDown = 0x109,
    kKeyF1 = 0x111,  // … kKeyF1 + 11 is F12
};

/// One device: a UART, the BIOS screen, the UEFI text console.
class Console : public TextSink {
  public:
    /// UTF-8 text with '\n' line ends and ANSI CSI sequences. Each device does what it can with it.
    void put(StrView text) override = 0;
    /// A waiting key (ASCII or Key), or kNoKey. Never waits.
    virtual int read_key() = 0;

  protected:
    ~Console() = default;
};

/// All consoles of a machine at once: output goes to each, input comes from any.
class ConsoleGroup final : public Console {
  public:
    static constexpr size_t kMaxConsoles = 4;

    /// The console must outlive the group; beyond kMaxConsoles it is ignored.
    void add(Console& console);
    void remove(Console& console);
    void put(StrView text) override;
    int read_key() override;

  private:
    std::array<Console*, kMaxConsoles> consoles_{};
    size_t count_ = 0;
};

/// Feeds bytes of a serial line through ANSI decoding (ESC [ A …) to keys.
class KeyDecoder {
  public:
    /// The key that `byte` completes, or kNoKey while a sequence is incomplete.
    int feed(u8 byte);
    /// No more bytes are coming for now: yields a lone ESC that was waiting for its sequence.
    int flush();

  private:
    enum class State : u8 { plain, escape, csi } state_ = State::plain;
    u16 parameter_ = 0;
    bool more_parameters_ = false;
};

}  // namespace kedge::platform
