#include "prefix/efi/clock.h"

#include "arch/cpu.h"

namespace kedge::efi {
namespace {

constexpr u64 kSlowest = 10'000'000;  // below that a measurement went wrong
constexpr u64 kFastest = 20'000'000'000;
constexpr u64 kDefault = 2'000'000'000;

bool plausible(u64 hertz) { return hertz >= kSlowest && hertz <= kFastest; }

/// CPUID leaf 15h: the crystal's frequency and the ratio, when both are given. Zero if not.
u64 hertz_from_cpuid() {
    if (arch::cpuid(0).eax < 0x15) return 0;
    const auto leaf = arch::cpuid(0x15);
    if (leaf.eax == 0 || leaf.ebx == 0 || leaf.ecx == 0) return 0;
    return u64{leaf.ecx} * leaf.ebx / leaf.eax;
}

/// The shortest of three measurements: whatever interrupts one makes it longer.
u64 measured_hertz(const Environment& env) {
    constexpr u64 kStallUs = 3000;
    u64 shortest = UINT64_MAX;
    for (int i = 0; i < 3; ++i) {
        const u64 before = arch::tsc();
        env.boot->Stall(kStallUs);
        shortest = min(shortest, arch::tsc() - before);
    }
    if (shortest > kFastest) return 0;
    return shortest * 1'000'000 / kStallUs;
}

}  // namespace

u64 tsc_hertz(const Environment& env) {
    const u64 told = hertz_from_cpuid();
    if (plausible(told)) return told;
    const u64 measured = measured_hertz(env);
    return plausible(measured) ? measured : kDefault;
}

}  // namespace kedge::efi
