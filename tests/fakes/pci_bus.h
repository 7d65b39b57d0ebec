// Configuration space of made-up PCI functions, with BARs that can be sized and relocated.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "arch/host/models.h"
#include "base/endian.h"
#include "bus/pci.h"

namespace kedge::fakes {

/// 256 bytes as real ones behave: BARs keep only the bits they decode, identity is read-only.
class PciFunction {
  public:
    PciFunction(u16 vendor, u16 device, u32 class_code = 0x020000);

    u32 read(u16 offset, u8 width) const;
    void write(u16 offset, u8 width, u32 value);

    /// Straight into the bytes, past all rules.
    void poke8(u16 offset, u8 value) { bytes_[offset] = value; }
    void poke16(u16 offset, u16 value) { store_le(MutableBytes(bytes_).subspan(offset), value); }
    void poke32(u16 offset, u32 value) { store_le(MutableBytes(bytes_).subspan(offset), value); }

    void set_io_bar(unsigned index, u16 base, u32 size);
    void set_memory_bar(unsigned index, u64 base, u64 size, bool wide);
    /// Appends to the capability list; `body` follows the two header bytes. Returns its offset.
    u8 add_capability(u8 id, std::vector<u8> body);

    bool bus_master() const { return (read(4, 2) & 4) != 0; }
    bool decodes_io() const { return (read(4, 2) & 1) != 0; }
    bool decodes_memory() const { return (read(4, 2) & 2) != 0; }

    /// A BAR was written while its decoding was on.
    bool sized_while_decoding = false;
    /// Called after each change of the command register.
    std::function<void()> on_command;

  private:
    std::array<u8, 256> bytes_{};
    std::array<u32, 6> bar_mask_{};   // writable bits
    std::array<u32, 6> bar_flags_{};  // fixed low bits
    u8 last_capability_ = 0;
    u8 next_capability_ = 0x40;
};

class PciBus final : public pci::ConfigAccess {
  public:
    void add(pci::Address address, PciFunction& function) {
        functions_.push_back({address, &function});
    }

    u32 read(pci::Address address, u16 offset, u8 width) override;
    void write(pci::Address address, u16 offset, u8 width, u32 value) override;

    u64 accesses = 0;

  private:
    PciFunction* find(pci::Address address);
    std::vector<std::pair<pci::Address, PciFunction*>> functions_;
};

/// Maps physical addresses that models were given, and nothing else.
class MmioMapper final : public platform::MmioMapper {
  public:
    void add(u64 physical, arch::host::MmioWindow& window) { windows_[physical] = &window; }
    Result<volatile u8*> map(u64 physical, size_t size) override;

    size_t mapped = 0;
    bool out_of_memory = false;

  private:
    std::map<u64, arch::host::MmioWindow*> windows_;
};

}  // namespace kedge::fakes
