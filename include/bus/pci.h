// PCI: configuration space access, enumeration, BARs and capabilities.
// PCI Local Bus Specification 3.0 chapter 6; PCI Express Base Specification 3.0 section 7.
#pragma once

#include "base/result.h"
#include "base/str.h"
#include "base/unique.h"
#include "net/device.h"
#include "platform/clock.h"
#include "platform/memory.h"

namespace kedge::pci {

struct Address {
    u16 segment = 0;
    u8 bus = 0;
    u8 device = 0;    // 0 to 31
    u8 function = 0;  // 0 to 7

    constexpr bool operator==(const Address&) const = default;
};

/// 0000:00:03.0
void format_to(TextSink& sink, const Address& address);

/// How configuration space is reached: ports CF8/CFC, or the UEFI protocol of one device.
class ConfigAccess {
  public:
    /// `width` is 1, 2 or 4; all ones where nothing answers.
    virtual u32 read(Address address, u16 offset, u8 width) = 0;
    virtual void write(Address address, u16 offset, u8 width, u32 value) = 0;

  protected:
    ~ConfigAccess() = default;
};

/// Mechanism #1 (CF8/CFC) through the arch seam; segment 0, offsets below 256.
class PortConfigAccess final : public ConfigAccess {
  public:
    u32 read(Address address, u16 offset, u8 width) override;
    void write(Address address, u16 offset, u8 width, u32 value) override;
};

/// A base address register.
struct Bar {
    enum class Kind : u8 { none, io, memory } kind = Kind::none;
    u64 base = 0;
    u64 size = 0;
};

/// A run of registers in memory or I/O space, bounds-checked: an access outside reads all ones and
/// writes nothing.
class Region {
  public:
    Region() = default;
    static Region io(u16 base, u32 size) { return Region(nullptr, base, size); }
    static Region memory(volatile u8* base, u32 size) { return Region(base, 0, size); }

    bool valid() const { return size_ != 0; }
    u32 size() const { return size_; }
    /// A part of it; invalid if it does not fit.
    Region part(u32 offset, u32 size) const;

    u8 read8(u32 offset) const;
    u16 read16(u32 offset) const;
    u32 read32(u32 offset) const;
    void write8(u32 offset, u8 value) const;
    void write16(u32 offset, u16 value) const;
    void write32(u32 offset, u32 value) const;

  private:
    Region(volatile u8* memory, u16 port, u32 size) : memory_(memory), port_(port), size_(size) {}
    volatile u8* memory_ = nullptr;
    u16 port_ = 0;
    u32 size_ = 0;
};

/// One function of a device; a value that borrows the ConfigAccess.
class Function {
  public:
    Function(ConfigAccess& config, Address address);

    Address address() const { return address_; }
    u16 vendor() const { return vendor_; }
    u16 device() const { return device_; }
    /// Base class, sub-class, interface: 0x020000 is an Ethernet controller.
    u32 class_code() const { return class_code_; }
    u16 subsystem_device() const;

    u8 read8(u16 offset) const { return static_cast<u8>(config_->read(address_, offset, 1)); }
    u16 read16(u16 offset) const { return static_cast<u16>(config_->read(address_, offset, 2)); }
    u32 read32(u16 offset) const { return config_->read(address_, offset, 4); }
    void write8(u16 offset, u8 value) const { config_->write(address_, offset, 1, value); }
    void write16(u16 offset, u16 value) const { config_->write(address_, offset, 2, value); }
    void write32(u16 offset, u32 value) const { config_->write(address_, offset, 4, value); }

    /// BAR `index` (0 to 5), 64-bit ones joined. Sizing switches decoding off for a moment.
    Bar bar(unsigned index) const;
    /// Maps `size` bytes of a BAR from `offset`, any kind. Error::not_found without such a BAR,
    /// Error::bad_format if it does not fit.
    Result<Region> map(platform::MmioMapper& mapper, unsigned index, u32 offset, u32 size) const;

    /// Offset of the first capability `id` at or after `from` (0: the start of the list), bounded
    /// against loops.
    std::optional<u8> find_capability(u8 id, u8 from = 0) const;
    std::optional<u8> next_capability(u8 id, u8 after) const;

    /// Command register: memory, I/O and bus master bits.
    void enable(bool bus_master) const;
    void disable_bus_master() const;

  private:
    ConfigAccess* config_;
    Address address_;
    u16 vendor_ = 0xffff;
    u16 device_ = 0xffff;
    u32 class_code_ = 0;
};

class FunctionSink {
  public:
    virtual void on_function(const Function& function) = 0;

  protected:
    ~FunctionSink() = default;
};

/// Visits every function behind every bridge and host bridge, lowest address first.
void scan(ConfigAccess& config, FunctionSink& sink);

/// What a PCI driver needs from the platform.
struct Services {
    platform::Dma& dma;
    platform::MmioMapper& mmio;
    platform::Clock& clock;
};

/// A row of an image's driver table (prefix/*/drivers.cc).
struct Driver {
    const char* name;
    bool (*matches)(const Function& function);
    /// Looks at the card but starts nothing; open() does that.
    Result<Unique<net::NetDevice>> (*create)(const Function& function, const Services& services);
};

}  // namespace kedge::pci
