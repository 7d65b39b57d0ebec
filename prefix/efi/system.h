// The machine's name, and its end. UEFI Specification 2.10, sections 4.6 and 8.5.1.
#pragma once

#include "boot/smbios.h"
#include "platform/system.h"
#include "prefix/common/cpu_features.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

class FirmwareSystem final : public platform::System {
  public:
    explicit FirmwareSystem(const Environment& env);

    platform::Firmware firmware() const override { return platform::Firmware::efi; }
    std::array<u8, 16> uuid() const override { return smbios_.uuid(); }
    StrView smbios_string(StrView setting) const override { return smbios_.string(setting); }
    u64 memory_size() const override { return memory_size_; }
    CpuFeatures cpu_features(bool extended) const override { return kedge::cpu_features(extended); }
    void reboot(bool warm) override;
    void power_off() override;
    std::optional<u16> next_pci_function(u32 from) override;
    bool read_pci(u16 function, u16 offset, MutableBytes out) override;

  private:
    const Environment& env_;
    boot::SmbiosInformation smbios_;
    u64 memory_size_ = 0;
};

}  // namespace kedge::efi
