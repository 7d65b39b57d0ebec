// Settings that are not stored but found elsewhere.
#pragma once

#include "net/interface.h"
#include "platform/system.h"
#include "src/boot/settings.h"

namespace kedge::boot {

/// A DHCP packet by option numbers; RFC 2132, and for 175 the encapsulated options of iPXE.
class DhcpSettings final : public SettingsSource {
  public:
    /// Copies the packet. Error::bad_format if it is no BOOTP message.
    Result<void> assign(Bytes packet);
    void clear() { packet_.clear(); }
    Bytes packet() const { return packet_.span(); }
    Result<void> fetch(const SettingKey& key, SettingValue& value) const override;

  private:
    Vector<u8> packet_;
};

/// A network card: mac, hwaddr, ifname, mtu, chip, bustype, busloc, busid, linktype.
class CardSettings final : public SettingsSource {
  public:
    explicit CardSettings(const net::Interface& interface) : interface_(interface) {}
    Result<void> fetch(const SettingKey& key, SettingValue& value) const override;

  private:
    const net::Interface& interface_;
};

/// One of the blocks about the machine, by iPXE's numbers (smbios/1.4.0, cpuid/2.1,
/// acpi/0x46414350.0.0.0x24.4, memmap/0x200) and by name: uuid, manufacturer, product, serial,
/// asset, board-serial; cpuvendor, cpumodel; sysmac.
class MachineSettings final : public SettingsSource {
  public:
    enum class Part : u8 { smbios, cpuid, acpi, memmap };

    MachineSettings(platform::System& system, Part part) : system_(system), part_(part) {}
    Result<void> fetch(const SettingKey& key, SettingValue& value) const override;
    bool is_numbered() const override { return true; }

  private:
    platform::System& system_;
    Part part_;
};

class Session;

/// Ourselves: errno, version, buildarch, platform, unixtime, memsize, cwuri, cwduri.
class BuiltInSettings final : public SettingsSource {
  public:
    explicit BuiltInSettings(const Session& session) : session_(session) {}
    Result<void> fetch(const SettingKey& key, SettingValue& value) const override;

  private:
    const Session& session_;
};

}  // namespace kedge::boot
