// The machine's name, and its end. UEFI Specification 2.10, sections 4.6, 8.3 and 8.5.1.
#pragma once

#include "arch/cpu.h"
#include "boot/smbios.h"
#include "platform/system.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

class FirmwareSystem final : public platform::System {
  public:
    explicit FirmwareSystem(const Environment& env);

    platform::Firmware firmware() const override { return platform::Firmware::efi; }
    std::array<u8, 16> uuid() const override {
        return boot::smbios_uuid(smbios_.structures, smbios_.version);
    }
    Smbios smbios() const override { return smbios_; }
    Bytes acpi_table(u32 signature, unsigned index) const override;
    Bytes physical_memory(u64 address, u64 size) const override;
    u64 unix_time() override;
    u64 memory_size() const override { return memory_size_; }
    std::optional<MemoryRegion> memory_region(unsigned index) const override;
    std::array<u32, 4> cpuid(u32 leaf, u32 subleaf) const override {
        const arch::CpuidResult result = arch::cpuid(leaf, subleaf);
        return {result.eax, result.ebx, result.ecx, result.edx};
    }
    /// UEFI Specification 2.10 section 8.5.4, OsIndications.
    bool request_setup() override;
    void reboot(bool warm) override;
    void power_off() override;
    std::optional<u16> next_pci_function(u32 from) override;
    bool read_pci(u16 function, u16 offset, MutableBytes out) override;

  private:
    const Environment& env_;
    Smbios smbios_;
    u64 memory_size_ = 0;
};

}  // namespace kedge::efi
