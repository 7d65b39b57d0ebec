#include "prefix/bios/timer.h"

#include "arch/cpu.h"
#include "arch/port.h"

namespace kedge::bios {

namespace {

constexpr u16 kTimerChannel2 = 0x42;
constexpr u16 kTimerControl = 0x43;
constexpr u16 kSystemControlB = 0x61;
constexpr u8 kGate2 = 0x01;
constexpr u8 kSpeaker = 0x02;
constexpr u8 kOutput2 = 0x20;
constexpr u8 kChannel2OneShot = 0xb0;  // low and high byte, mode 0

constexpr u64 kTimerHz = 1'193'182;
constexpr u16 kCount = 11'932;  // 10 ms
constexpr int kMaxPolls = 1'000'000;
constexpr u64 kMinHz = 10'000'000;
constexpr u64 kGuess = 2'000'000'000;

/// TSC ticks for kCount ticks of the timer; 0 if it does not answer.
u64 measure_once() {
    const u8 control = arch::in8(kSystemControlB);
    arch::out8(kSystemControlB, static_cast<u8>((control & ~kSpeaker) | kGate2));
    arch::out8(kTimerControl, kChannel2OneShot);
    arch::out8(kTimerChannel2, kCount & 0xff);
    arch::out8(kTimerChannel2, kCount >> 8);
    const u64 start = arch::tsc();
    int polls = kMaxPolls;
    while ((arch::in8(kSystemControlB) & kOutput2) == 0 && polls > 0) --polls;
    const u64 ticks = arch::tsc() - start;
    arch::out8(kSystemControlB, control);
    return polls > 0 ? ticks : 0;
}

/// Intel SDM volume 2, CPUID leaves 15h (crystal) and 16h (base frequency).
u64 hz_by_cpuid() {
    const u32 leaves = arch::cpuid(0).eax;
    if (leaves >= 0x15) {
        const arch::CpuidResult ratio = arch::cpuid(0x15);
        if (ratio.eax != 0 && ratio.ebx != 0 && ratio.ecx != 0) {
            return u64{ratio.ecx} * ratio.ebx / ratio.eax;
        }
    }
    return leaves >= 0x16 ? u64{arch::cpuid(0x16).eax & 0xffff} * 1'000'000 : 0;
}

}  // namespace

u64 measure_tsc_hz() {
    // A host may take the CPU away in the middle: the shortest of three is the truest.
    u64 best = UINT64_MAX;
    for (int i = 0; i < 3; ++i) {
        const u64 ticks = measure_once();
        if (ticks == 0) break;
        best = min(best, ticks);
    }
    if (best != UINT64_MAX) {
        const u64 hz = best * kTimerHz / kCount;
        if (hz >= kMinHz) return hz;
    }
    const u64 hz = hz_by_cpuid();
    return hz >= kMinHz ? hz : kGuess;
}

}  // namespace kedge::bios
