// BiosSystem: SMBIOS, restart and power-off on a PC.
#pragma once

#include "arch/cpu.h"
#include "boot/smbios.h"
#include "platform/clock.h"
#include "platform/system.h"
#include "prefix/bios/machine_memory.h"
#include "prefix/bios/rtc.h"

namespace kedge::bios {

class BiosSystem final : public platform::System {
  public:
    BiosSystem(RealMode& real, const MemoryMap& map, platform::Clock& clock);

    platform::Firmware firmware() const override { return platform::Firmware::bios; }
    std::array<u8, 16> uuid() const override {
        return boot::smbios_uuid(smbios_.structures, smbios_.version);
    }
    Smbios smbios() const override { return smbios_; }
    Bytes acpi_table(u32 signature, unsigned index) const override;
    Bytes physical_memory(u64 address, u64 size) const override;
    u64 unix_time() override { return read_rtc(); }
    u64 memory_size() const override { return map_.usable(); }
    std::optional<MemoryRegion> memory_region(unsigned index) const override;
    std::array<u32, 4> cpuid(u32 leaf, u32 subleaf) const override {
        const arch::CpuidResult result = arch::cpuid(leaf, subleaf);
        return {result.eax, result.ebx, result.ecx, result.edx};
    }

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
    Smbios smbios_;
};

}  // namespace kedge::bios
