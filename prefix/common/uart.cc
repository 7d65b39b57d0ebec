#include "prefix/common/uart.h"

#include "arch/port.h"

namespace kedge::uart {

namespace {

// Ready and request stay on: in this mode they answer themselves, so a sender that heeds them
// goes on.
constexpr u8 kLoopBackMode = 0x10 | kTerminalReadyAndRequest;
constexpr u8 kModemControlBits = 0x1f;

}  // namespace

LoopBack::LoopBack(u16 port) : port_(port), modem_control_(arch::in8(port + kModemControl)) {
    // A character on its way out would come back here instead.
    for (int i = 0; i < kSendPolls && (arch::in8(port_ + kLineStatus) & kLineIdle) == 0; ++i) {
    }
    arch::out8(port_ + kModemControl, kLoopBackMode);
    // Where nothing is, all ones are read.
    works_ = arch::in8(port_ + kModemControl) == kLoopBackMode;
    if (works_) drain();
}

LoopBack::~LoopBack() {
    if (works_) drain();
    arch::out8(port_ + kModemControl, modem_control_ & kModemControlBits);
}

bool LoopBack::heard() const {
    return works_ && (arch::in8(port_ + kLineStatus) & kDataReady) != 0;
}

void LoopBack::drain() const {
    for (int i = 0; i < 2 * kFifoSize && heard(); ++i) arch::in8(port_ + kData);
}

}  // namespace kedge::uart
