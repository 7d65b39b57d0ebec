// The CPU that a test installed.
#include "arch/cpu.h"

#include "arch/host/models.h"
#include "base/assert.h"

namespace kedge::arch {

namespace host {

namespace {

Cpu* installed = nullptr;

}  // namespace

Cpu::Cpu() {
    ASSERT(installed == nullptr);
    installed = this;
}

Cpu::~Cpu() { installed = nullptr; }

}  // namespace host

CpuidResult cpuid(u32 leaf, u32 subleaf) {
    if (host::installed == nullptr) return {};
    const auto found = host::installed->cpuid.find({leaf, subleaf});
    return found != host::installed->cpuid.end() ? found->second : CpuidResult{};
}

u64 tsc() {
    static u64 own_counter = 0;
    if (host::installed == nullptr) return own_counter += 1000;
    return host::installed->tsc += host::installed->tsc_step;
}

void pause() {
    if (host::installed != nullptr) ++host::installed->pauses;
}

u64 read_msr(Msr msr) {
    if (host::installed == nullptr) return 0;
    if (host::installed->msr_model != nullptr) return host::installed->msr_model->read(msr);
    return host::installed->msrs[static_cast<u32>(msr)];
}

void write_msr(Msr msr, u64 value) {
    if (host::installed == nullptr) return;
    if (host::installed->msr_model != nullptr) {
        return host::installed->msr_model->write(msr, value);
    }
    host::installed->msrs[static_cast<u32>(msr)] = value;
}

bool hardware_random(u64& out) {
    if (host::installed == nullptr || host::installed->random.empty()) return false;
    out = host::installed->random.front();
    host::installed->random.pop_front();
    return true;
}

}  // namespace kedge::arch
