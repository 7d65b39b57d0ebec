// BiosSystem: SMBIOS, restart and power-off on a PC.
#pragma once

#include "boot/smbios.h"
#include "platform/clock.h"
#include "platform/system.h"
#include "prefix/bios/machine_memory.h"
#include "prefix/common/cpu_features.h"

namespace kedge::bios {

class BiosSystem final : public platform::System {
  public:
    BiosSystem(RealMode& real, const MemoryMap& map, platform::Clock& clock);

    platform::Firmware firmware() const override { return platform::Firmware::bios; }
    std::array<u8, 16> uuid() const override { return smbios_.uuid(); }
    StrView smbios_string(StrView setting) const override { return smbios_.string(setting); }
    u64 memory_size() const override { return map_.usable(); }
    CpuFeatures cpu_features(bool extended) const override { return kedge::cpu_features(extended); }

    /// Keyboard controller, chipset reset register, triple fault: whichever works first.
    void reboot(bool warm) override;
    /// ACPI soft-off, else APM.
    void power_off() override;
    std::optional<u16> next_pci_function(u32 from) override;
    bool read_pci(u16 function, u16 offset, MutableBytes out) override;

  private:
    void pause_for(Duration time);
    void acpi_off();
    void apm_off();

    RealMode& real_;
    const MemoryMap& map_;
    platform::Clock& clock_;
    boot::SmbiosInformation smbios_;
};

}  // namespace kedge::bios
