// CPU identification, time-stamp counter, model-specific registers.
#pragma once

#include "base/types.h"

namespace kedge::arch {

struct CpuidResult {
    u32 eax = 0;
    u32 ebx = 0;
    u32 ecx = 0;
    u32 edx = 0;
};

CpuidResult cpuid(u32 leaf, u32 subleaf = 0);

/// Time-stamp counter.
u64 tsc();

/// A pause in a polling loop.
void pause();

/// MSR numbers, so that a number cannot be mistaken for a value.
enum class Msr : u32 {};
u64 read_msr(Msr msr);
void write_msr(Msr msr, u64 value);

/// RDRAND; false when the CPU has none or it failed repeatedly.
bool hardware_random(u64& out);

}  // namespace kedge::arch
