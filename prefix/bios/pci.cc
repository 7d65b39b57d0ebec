// PCI for settings and pciscan.
#include "bus/pci.h"
#include "prefix/bios/system.h"

namespace kedge::bios {

namespace {

u16 number(pci::Address address) {
    return static_cast<u16>(address.bus << 8 | address.device << 3 | address.function);
}

class Finder final : public pci::FunctionSink {
  public:
    explicit Finder(u32 from) : from_(from) {}
    void on_function(const pci::Function& function) override {
        const u16 here = number(function.address());
        if (here >= from_ && !found) found = here;
    }
    std::optional<u16> found;

  private:
    u32 from_;
};

}  // namespace

std::optional<u16> BiosSystem::next_pci_function(u32 from) {
    pci::PortConfigAccess config;
    Finder finder(from);
    pci::scan(config, finder);
    return finder.found;
}

bool BiosSystem::read_pci(u16 function, u16 offset, MutableBytes out) {
    const pci::Address address{.bus = static_cast<u8>(function >> 8),
                               .device = static_cast<u8>(function >> 3 & 31),
                               .function = static_cast<u8>(function & 7)};
    pci::PortConfigAccess config;
    if (config.read(address, 0, 2) == 0xffff) return false;
    for (size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<u8>(config.read(address, static_cast<u16>(offset + i), 1));
    }
    return true;
}

}  // namespace kedge::bios
