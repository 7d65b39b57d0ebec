// Reaching configuration space through ports CF8/CFC, and visiting every function.
#include "arch/port.h"
#include "bus/pci.h"

namespace kedge::pci {

namespace {

constexpr u16 kAddressPort = 0xcf8;
constexpr u16 kDataPort = 0xcfc;
constexpr u32 kEnable = 0x80000000;
constexpr u16 kHeaderType = 0x0e;
constexpr u16 kSecondaryBus = 0x19;
constexpr u8 kMultiFunction = 0x80;
constexpr u8 kHeaderBridge = 1;
constexpr u8 kHeaderCardBus = 2;

/// Mechanism #1 reaches 256 bytes of each function of segment 0, and no access may cross a dword.
bool reachable(Address address, u16 offset, u8 width) {
    const bool valid_width = width == 1 || width == 2 || width == 4;
    return valid_width && address.segment == 0 && address.device < 32 && address.function < 8 &&
           offset < 256 && (offset & 3) + width <= 4;
}

u32 selector(Address address, u16 offset) {
    return kEnable | static_cast<u32>(address.bus) << 16 | static_cast<u32>(address.device) << 11 |
           static_cast<u32>(address.function) << 8 | (offset & 0xfcu);
}

bool present(ConfigAccess& config, Address address) {
    const u32 vendor = config.read(address, 0, 2) & 0xffff;
    return vendor != 0xffff && vendor != 0;
}

/// One scan of everything.
class Scan {
  public:
    Scan(ConfigAccess& config, FunctionSink& sink) : config_(config), sink_(sink) {}

    void run() {
        for (u32 bus = 0; bus < 256; ++bus) {
            if (bus == 0 || is_behind_bridge(bus) || is_root(static_cast<u8>(bus))) {
                for (u8 device = 0; device < 32; ++device) {
                    visit_device({.bus = static_cast<u8>(bus), .device = device});
                }
            }
        }
    }

  private:
    bool is_behind_bridge(u32 bus) const { return (behind_[bus / 64] >> (bus % 64) & 1) != 0; }

    /// Machines with several host bridges number the other roots where only ACPI tells. Each has
    /// something at device 0, or as Intel's servers do, at device 5 whether or not the root port
    /// at device 0 is in use.
    bool is_root(u8 bus) {
        return present(config_, {.bus = bus}) || present(config_, {.bus = bus, .device = 5});
    }

    void visit_device(Address address) {
        // Function 0 must exist; the others are looked at only if it says there may be some.
        if (!present(config_, address)) return;
        const bool multi = (visit(address) & kMultiFunction) != 0;
        for (address.function = 1; multi && address.function < 8; ++address.function) {
            if (present(config_, address)) visit(address);
        }
    }

    /// Returns the header type.
    u8 visit(Address address) {
        const u8 header = static_cast<u8>(config_.read(address, kHeaderType, 1));
        const u8 kind = header & 0x7f;
        if (kind == kHeaderBridge || kind == kHeaderCardBus) {
            const u8 bus = static_cast<u8>(config_.read(address, kSecondaryBus, 1));
            behind_[bus / 64] |= u64{1} << (bus % 64);
        }
        sink_.on_function(Function(config_, address));
        return header;
    }

    ConfigAccess& config_;
    FunctionSink& sink_;
    /// Buses behind the bridges seen so far. They have higher numbers than their bridges' own, so
    /// each is known before its turn comes.
    std::array<u64, 4> behind_{};
};

}  // namespace

void format_to(TextSink& sink, const Address& address) {
    format(sink, "{04x}:{02x}:{02x}.{}", address.segment, address.bus, address.device,
           address.function);
}

u32 PortConfigAccess::read(Address address, u16 offset, u8 width) {
    if (!reachable(address, offset, width)) return 0xffffffff;
    arch::out32(kAddressPort, selector(address, offset));
    const u16 port = static_cast<u16>(kDataPort + (offset & 3));
    switch (width) {
        case 1:
            return arch::in8(port);
        case 2:
            return arch::in16(port);
        default:
            return arch::in32(port);
    }
}

void PortConfigAccess::write(Address address, u16 offset, u8 width, u32 value) {
    if (!reachable(address, offset, width)) return;
    arch::out32(kAddressPort, selector(address, offset));
    const u16 port = static_cast<u16>(kDataPort + (offset & 3));
    switch (width) {
        case 1:
            arch::out8(port, static_cast<u8>(value));
            break;
        case 2:
            arch::out16(port, static_cast<u16>(value));
            break;
        default:
            arch::out32(port, value);
    }
}

void scan(ConfigAccess& config, FunctionSink& sink) { Scan(config, sink).run(); }

}  // namespace kedge::pci
