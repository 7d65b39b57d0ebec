#include "prefix/common/serial.h"

#include "arch/cpu.h"
#include "arch/port.h"

namespace kedge {

namespace {

using namespace uart;

constexpr Duration kEscapeTime = Duration::ms(50);

}  // namespace

bool SerialConsole::present() const {
    using arch::in8;
    using arch::out8;
    for (const u8 pattern : {0x5a, 0xa5}) {
        out8(port_ + kScratch, pattern);
        if (in8(port_ + kScratch) != pattern) return false;
    }
    const LoopBack loop(port_);
    out8(port_ + kData, 0xae);
    for (int i = 0; i < kSendPolls && !loop.heard(); ++i) {
    }
    return loop.heard() && in8(port_ + kData) == 0xae;
}

bool SerialConsole::init() {
    using arch::out8;
    out8(port_ + kInterruptEnable, 0);
    out8(port_ + kLineControl, kDivisorAccess);
    out8(port_ + kData, 1);
    out8(port_ + kInterruptEnable, 0);
    out8(port_ + kLineControl, kEightBits);
    out8(port_ + kFifoControl, kFifoOnAndClear);
    const bool has_fifo = (arch::in8(port_ + kFifoControl) & kFifoWorks) == kFifoWorks;
    fifo_size_ = has_fifo ? kFifoSize : 1;
    ready_ = present();
    out8(port_ + kModemControl, kTerminalReadyAndRequest);
    return ready_;
}

void SerialConsole::send(u8 byte) {
    if (room_ == 0) {
        int polls = kSendPolls;
        while ((arch::in8(port_ + kLineStatus) & kTransmitterEmpty) == 0) {
            if (--polls > 0) continue;
            ready_ = false;  // it stopped sending: do without it rather than wait for each byte
            return;
        }
        room_ = fifo_size_;
    }
    --room_;
    arch::out8(port_ + kData, byte);
}

void SerialConsole::put(StrView text) {
    for (const char c : text) {
        if (!ready_) return;
        if (c == '\n') send('\r');
        send(static_cast<u8>(c));
    }
}

int SerialConsole::read_key() {
    if (!ready_) return platform::kNoKey;
    for (int i = 0; i < kFifoSize; ++i) {
        const u8 status = arch::in8(port_ + kLineStatus);
        if (status == 0xff || (status & kDataReady) == 0) break;
        const int key = decoder_.feed(arch::in8(port_ + kData));
        sequence_ = key == platform::kNoKey;
        last_byte_ = clock_.now();
        if (!sequence_) return key;
    }
    if (!sequence_ || clock_.now() - last_byte_ < kEscapeTime) return platform::kNoKey;
    sequence_ = false;
    return decoder_.flush();
}

}  // namespace kedge
