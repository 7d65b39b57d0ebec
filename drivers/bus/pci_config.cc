// Reaching configuration space through ports CF8/CFC, and visiting every function.
#include "arch/port.h"
#include "bus/pci.h"

namespace kedge::pci {

namespace {

constexpr u16 kAddressPort = 0xcf8;
constexpr u16 kDataPort = 0xcfc;
constexpr u32 kEnable = 0x80000000;
constexpr u16 kHeaderType = 0x0e;
constexpr u8 kMultiFunction = 0x80;

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

void scan_device(ConfigAccess& config, FunctionSink& sink, Address address) {
    // Function 0 must exist; the others are looked at only if it says there may be some.
    if (!present(config, address)) return;
    const bool multi = (config.read(address, kHeaderType, 1) & kMultiFunction) != 0;
    sink.on_function(Function(config, address));
    if (!multi) return;
    for (u8 function = 1; function < 8; ++function) {
        address.function = function;
        if (present(config, address)) sink.on_function(Function(config, address));
    }
}

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

void scan(ConfigAccess& config, FunctionSink& sink) {
    // Every bus is asked, not only those behind bridges of bus 0: machines with several host
    // bridges number the other roots where only ACPI tells.
    for (u32 bus = 0; bus < 256; ++bus) {
        for (u8 device = 0; device < 32; ++device) {
            scan_device(config, sink, {.bus = static_cast<u8>(bus), .device = device});
        }
    }
}

}  // namespace kedge::pci
