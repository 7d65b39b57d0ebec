// What the machine says about itself, and the ways to end a run.
#pragma once

#include <optional>

#include "base/str.h"
#include "base/types.h"

namespace kedge::platform {

enum class Firmware : u8 { bios, efi };

class System {
  public:
    virtual Firmware firmware() const = 0;
    /// SMBIOS system UUID in the byte order of the wire (RFC 4578 section 2.3); all zero if
    /// unknown.
    virtual std::array<u8, 16> uuid() const = 0;
    /// SMBIOS strings: "manufacturer", "product", "serial", "asset"; empty if unknown.
    virtual StrView smbios_string(StrView setting) const = 0;
    /// Usable RAM in bytes.
    virtual u64 memory_size() const = 0;

    /// CPU feature bits as CPUID leaf 1, or 0x80000001 if `extended`, gives them; zero where there
    /// is no such leaf.
    struct CpuFeatures {
        u32 ecx = 0;
        u32 edx = 0;
    };
    virtual CpuFeatures cpu_features(bool extended) const = 0;

    /// All devices must have been closed. Come back only when the machine cannot do it.
    virtual void reboot(bool warm) = 0;
    virtual void power_off() = 0;

    /// The first PCI function of segment 0 at or after `from`: bus, device and function in 16 bits
    /// as PCI numbers them.
    virtual std::optional<u16> next_pci_function(u32) { return std::nullopt; }
    /// Reads its configuration space; false where that cannot be reached.
    virtual bool read_pci(u16, u16, MutableBytes) { return false; }

  protected:
    ~System() = default;
};

}  // namespace kedge::platform
