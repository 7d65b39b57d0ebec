// The battery clock of a PC (MC146818 and its descendants), taken to run in UTC.
#pragma once

#include "base/types.h"

namespace kedge::bios {

/// Seconds since 1970; 0 if there is no sensible clock.
u64 read_rtc();

}  // namespace kedge::bios
