// How fast the time-stamp counter runs. Intel SDM volume 3, section 18.17, and CPUID leaf 15h.
#pragma once

#include "prefix/efi/efi.h"

namespace kedge::efi {

/// Never 0. Takes about 10 ms when the CPU does not tell and the firmware's Stall() must.
u64 tsc_hertz(const Environment& env);

}  // namespace kedge::efi
