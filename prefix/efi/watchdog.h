// The firmware's watchdog timer. UEFI Specification 2.10, section 7.5.
#pragma once

#include "prefix/efi/efi.h"

namespace kedge::efi {

/// The boot manager sets it to five minutes before it starts an image, and other loaders set it
/// too; downloads take longer.
inline void disable_watchdog(const Environment& env) {
    env.boot->SetWatchdogTimer(0, 0, 0, nullptr);
}

}  // namespace kedge::efi
