// CPU feature bits for platform::System. AMD64 Architecture Programmer's Manual volume 3, appendix
// E.
#pragma once

#include "arch/cpu.h"
#include "platform/system.h"

namespace kedge {

inline platform::System::CpuFeatures cpu_features(bool extended) {
    const u32 base = extended ? 0x80000000 : 0;
    if (arch::cpuid(base).eax < base + 1) return {};
    const arch::CpuidResult result = arch::cpuid(base + 1);
    return {result.ecx, result.edx};
}

}  // namespace kedge
