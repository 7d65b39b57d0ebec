// The BIOS screen (INT 10h) and keyboard (INT 16h).
#pragma once

#include "platform/clock.h"
#include "platform/console.h"
#include "prefix/bios/real_mode.h"

namespace kedge::bios {

class TextConsole final : public platform::Console {
  public:
    TextConsole(RealMode& real, platform::Clock& clock) : real_(real), clock_(clock) {}

    /// Understands CSI sequences for cursor, erasing and colours (ECMA-48); others are swallowed.
    void put(StrView text) override;
    /// Looks at the keyboard at most every 20 ms; only then it costs a trip to real mode.
    int read_key() override;

  private:
    enum class State : u8 { plain, escape, csi };

    void feed(u8 byte);
    void add(u8 character);
    void flush();
    void run_csi(u8 final);
    void set_colours();
    void move_cursor(int row, int column);
    void erase(u8 final);
    u16 cursor();
    int parameter(size_t index, int otherwise) const;

    RealMode& real_;
    platform::Clock& clock_;
    Instant next_look_;
    size_t cells_ = 0;
    State state_ = State::plain;
    u8 attribute_ = 7;
    std::array<u16, 4> parameters_{};
    u8 parameter_count_ = 0;
    bool ignored_ = false;
};

}  // namespace kedge::bios
