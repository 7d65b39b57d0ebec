#include "prefix/bios/redirection.h"

#include "arch/port.h"
#include "prefix/common/uart.h"

namespace kedge::bios {

namespace {

constexpr u16 kMask1 = 0x21;  // of the two 8259s
constexpr u16 kMask2 = 0xa1;
/// Longer than a character takes at 1200 baud.
constexpr Duration kPatience = Duration::ms(10);

/// No hardware interrupt is let into the BIOS while this lives.
class InterruptMask {
  public:
    InterruptMask() : mask1_(arch::in8(kMask1)), mask2_(arch::in8(kMask2)) {
        arch::out8(kMask1, 0xff);
        arch::out8(kMask2, 0xff);
    }
    ~InterruptMask() {
        arch::out8(kMask2, mask2_);
        arch::out8(kMask1, mask1_);
    }
    InterruptMask(const InterruptMask&) = delete;
    InterruptMask& operator=(const InterruptMask&) = delete;

  private:
    u8 mask1_;
    u8 mask2_;
};

/// Two of them: SeaBIOS holds each character back until the next, to leave out what a program only
/// overwrites.
void print_blanks(RealMode& real) {
    Registers cursor{.eax = 0x0300};
    real.interrupt(0x10, cursor);
    for (int i = 0; i < 2; ++i) {
        Registers blank{.eax = 0x0e20, .ebx = 7};
        real.interrupt(0x10, blank);
    }
    Registers back{.eax = 0x0200, .edx = cursor.edx & 0xffff};
    real.interrupt(0x10, back);
}

}  // namespace

bool console_is_serial(RealMode& real, platform::Clock& clock, u16 port) {
    // The BIOS reads the line at its clock's interrupt, and would take the blank for a key.
    const InterruptMask mask;
    const uart::LoopBack loop(port);
    if (!loop.works()) return false;
    print_blanks(real);
    const Instant end = clock.now() + kPatience;
    while (!loop.heard()) {
        if (clock.now() >= end) return false;
    }
    return true;
}

}  // namespace kedge::bios
