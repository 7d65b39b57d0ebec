// Registers of a 16550 UART, and its loop-back mode. TI PC16550D data sheet.
#pragma once

#include "base/types.h"

namespace kedge::uart {

constexpr u16 kCom1 = 0x3f8;

/// Offsets from the UART's first port.
enum Register : u16 {
    kData = 0,  // with kDivisorAccess: low byte of the divisor
    kInterruptEnable = 1,
    kFifoControl = 2,
    kLineControl = 3,
    kModemControl = 4,
    kLineStatus = 5,
    kScratch = 7,
};

constexpr u8 kDivisorAccess = 0x80;
constexpr u8 kEightBits = 0x03;
constexpr u8 kFifoOnAndClear = 0x07;
constexpr u8 kFifoWorks = 0xc0;  // in the interrupt identification register, read at the same port
constexpr u8 kTerminalReadyAndRequest = 0x03;
constexpr u8 kDataReady = 0x01;
constexpr u8 kTransmitterEmpty = 0x20;
constexpr u8 kLineIdle = 0x40;

constexpr u8 kFifoSize = 16;
/// A full FIFO takes 1.4 ms at 115200 baud; a port access takes about a microsecond.
constexpr int kSendPolls = 100'000;

/// While it lives, the UART receives what it is given to send, and the line is idle. What was
/// received before is thrown away.
class LoopBack {
  public:
    explicit LoopBack(u16 port);
    ~LoopBack();
    LoopBack(const LoopBack&) = delete;
    LoopBack& operator=(const LoopBack&) = delete;

    /// False where there is no UART: the mode is not held.
    bool works() const { return works_; }
    /// A byte has arrived. Always false unless works().
    bool heard() const;

  private:
    void drain() const;

    u16 port_;
    u8 modem_control_;
    bool works_;
};

}  // namespace kedge::uart
