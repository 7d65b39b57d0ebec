// How fast the time-stamp counter runs.
#pragma once

#include "base/types.h"

namespace kedge::bios {

/// TSC ticks per second, measured against channel 2 of the 8254 timer (at most a few seconds even
/// without one), else what CPUID says, else a guess. Never 0.
u64 measure_tsc_hz();

}  // namespace kedge::bios
