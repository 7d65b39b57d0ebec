// What is the same for both register layouts: reset and negotiation.
#include "drivers/bus/virtio_transport.h"

#include "arch/cpu.h"
#include "base/log.h"

namespace kedge::virtio {

namespace {

constexpr Duration kResetTimeout = Duration::seconds(1);

// Without a clock: 0.1 s on the fastest processors and 0.4 s on slow ones, far more than a reset
// takes. The reads count too, in case the counter stands still (a hypervisor can do that).
constexpr u64 kResetCycles = 400'000'000;
constexpr u32 kResetReads = 1'000'000;

constexpr u8 kCapabilityMsix = 0x11;
constexpr u16 kMsixEnable = 1 << 15;

/// With MSI-X on, the legacy configuration moves by four bytes, and interrupts might be sent.
void disable_msix(const pci::Function& function) {
    const auto capability = function.find_capability(kCapabilityMsix);
    if (!capability) return;
    const u16 offset = static_cast<u16>(*capability + 2);
    const u16 control = function.read16(offset);
    if ((control & kMsixEnable) == 0) return;
    function.write16(offset, static_cast<u16>(control & ~kMsixEnable));
}

}  // namespace

Result<Unique<Transport>> find_transport(const pci::Function& function,
                                         const pci::Services& services) {
    disable_msix(function);
    function.enable(false);
    auto modern = find_modern(function, services.mmio);
    if (modern.ok()) return modern;
    if (modern.error() == Error::no_memory) return modern;
    return find_legacy(function, services.mmio);
}

Result<void> reset(Transport& transport, platform::Clock& clock) {
    transport.set_status(0);
    const Instant deadline = clock.now() + kResetTimeout;
    while (transport.status() != 0) {
        const Instant now = clock.now();
        if (now >= deadline) return Error::timed_out;
        clock.relax(min(deadline, now + Duration::ms(1)));
    }
    return {};
}

bool reset_registers_only(Transport& transport) {
    transport.set_status(0);
    const u64 start = arch::tsc();
    for (u32 i = 0; i < kResetReads; ++i) {
        if (transport.status() == 0) return true;
        if (arch::tsc() - start > kResetCycles) return false;
        arch::pause();
    }
    return false;
}

Result<u64> negotiate(Transport& transport, u64 wanted) {
    u8 state = status::kAcknowledge;
    transport.set_status(state);
    state |= status::kDriver;
    transport.set_status(state);

    if (transport.modern()) {
        wanted |= feature::kVersion1 | feature::kAccessPlatform | feature::kOrderPlatform;
    }
    const u64 accepted = transport.device_features() & wanted;
    transport.accept_features(accepted);
    if (!transport.modern()) return accepted;

    if ((accepted & feature::kVersion1) == 0) {
        transport.set_status(state | status::kFailed);
        return Error::not_supported;
    }
    transport.set_status(state | status::kFeaturesOk);
    if ((transport.status() & status::kFeaturesOk) == 0) {
        log::debug(log::kVirtio, "device refuses features {x}", accepted);
        transport.set_status(state | status::kFailed);
        return Error::not_supported;
    }
    return accepted;
}

}  // namespace kedge::virtio
