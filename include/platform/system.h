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
    /// The SMBIOS structures; empty if there are none. 0x0206 is version 2.6.
    struct Smbios {
        Bytes structures;
        u16 version = 0;
    };
    virtual Smbios smbios() const = 0;
    /// ACPI table number `index` of those with that signature (0x46414350 is "FACP"), with the
    /// right checksum; empty if there is none.
    virtual Bytes acpi_table(u32 signature, unsigned index) const = 0;
    /// The machine's memory, to be read as it is; empty where that cannot be reached.
    virtual Bytes physical_memory(u64 address, u64 size) const = 0;

    /// Seconds since 1970 by the machine's own clock, taken to run in UTC; 0 if it has none that
    /// makes sense. Slow: ask once.
    virtual u64 unix_time() = 0;
    /// Usable RAM in bytes.
    virtual u64 memory_size() const = 0;
    /// [begin, end) of usable RAM, numbered from 0 as the firmware's map lists it.
    struct MemoryRegion {
        u64 begin = 0;
        u64 end = 0;
    };
    virtual std::optional<MemoryRegion> memory_region(unsigned index) const = 0;

    /// eax, ebx, ecx, edx as CPUID gives them, whether there is such a leaf or not.
    virtual std::array<u32, 4> cpuid(u32 leaf, u32 subleaf) const = 0;

    /// Makes the next start end in the firmware's setup. False if it cannot be asked for that.
    virtual bool request_setup() { return false; }
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
