// A 16550 UART: the serial console of PCs. TI PC16550D data sheet; 115200 baud, 8n1.
#pragma once

#include "platform/clock.h"
#include "platform/console.h"
#include "prefix/common/uart.h"

namespace kedge {

using uart::kCom1;

class SerialConsole final : public platform::Console {
  public:
    /// `clock` tells a lone ESC from the beginning of a sequence.
    SerialConsole(u16 port, platform::Clock& clock) : port_(port), clock_(clock) {}

    /// Sets the line up. False if there is no UART (its registers do not hold what is written, or
    /// it does not hear itself in loop-back mode): then nothing below does anything.
    bool init();

    void put(StrView text) override;
    int read_key() override;

  private:
    bool present() const;
    void send(u8 byte);

    u16 port_;
    platform::Clock& clock_;
    platform::KeyDecoder decoder_;
    Instant last_byte_;
    u8 fifo_size_ = 1;
    u8 room_ = 0;  // in the transmit FIFO, as far as we know
    bool ready_ = false;
    bool sequence_ = false;  // the decoder may be waiting for more
};

}  // namespace kedge
