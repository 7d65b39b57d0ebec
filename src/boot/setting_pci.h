// PCI configuration space as settings.
#pragma once

#include "platform/system.h"
#include "src/boot/settings.h"

namespace kedge::boot {

/// ${pci/${net0/busloc}.0.2}: two bytes from offset 0 of the function there, as hexadecimal digits.
class PciSettings final : public SettingsSource {
  public:
    explicit PciSettings(platform::System& system) : system_(system) {}
    Result<void> fetch(const SettingKey& key, SettingValue& value) const override;
    bool is_numbered() const override { return true; }

  private:
    platform::System& system_;
};

}  // namespace kedge::boot
