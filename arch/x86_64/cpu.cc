#include "arch/cpu.h"

namespace kedge::arch {

CpuidResult cpuid(u32 leaf, u32 subleaf) {
    CpuidResult result;
    asm volatile("cpuid"
                 : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                 : "a"(leaf), "c"(subleaf));
    return result;
}

u64 tsc() {
    u32 low;
    u32 high;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return u64{high} << 32 | low;
}

void pause() { asm volatile("pause"); }

u64 read_msr(Msr msr) {
    u32 low;
    u32 high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(static_cast<u32>(msr)) : "memory");
    return u64{high} << 32 | low;
}

void write_msr(Msr msr, u64 value) {
    asm volatile("wrmsr"
                 :
                 : "a"(static_cast<u32>(value)), "d"(static_cast<u32>(value >> 32)),
                   "c"(static_cast<u32>(msr))
                 : "memory");
}

bool hardware_random(u64& out) {
    constexpr u32 kRdrand = 1u << 30;  // Intel SDM volume 1 section 7.3.17.1: ten tries are enough
    if ((cpuid(1).ecx & kRdrand) == 0) return false;
    for (int i = 0; i < 10; ++i) {
        u64 value;
        bool good;
        asm volatile("rdrand %0" : "=r"(value), "=@ccc"(good));
        if (!good) continue;
        if (value == UINT64_MAX || value == 0) continue;  // known broken CPUs answer only these
        out = value;
        return true;
    }
    return false;
}

}  // namespace kedge::arch
