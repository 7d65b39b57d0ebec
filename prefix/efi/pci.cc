// PCI for settings and pciscan. UEFI Specification 2.10, section 14.4.
#include "prefix/efi/location.h"
#include "prefix/efi/system.h"

namespace kedge::efi {
namespace {

/// Calls `visit(number, pci_io)` for each function of segment 0.
template <typename Visit>
void for_each_function(const Environment& env, Visit&& visit) {
    for (EFI_HANDLE handle : Handles(env, kPciIoGuid)) {
        auto* pci_io = get_protocol<EFI_PCI_IO_PROTOCOL>(env, handle, kPciIoGuid);
        if (pci_io == nullptr) continue;
        const auto address = pci_address(pci_io);
        if (!address.ok() || address->segment != 0) continue;
        visit(static_cast<u16>(address->bus << 8 | address->device << 3 | address->function),
              pci_io);
    }
}

}  // namespace

std::optional<u16> FirmwareSystem::next_pci_function(u32 from) {
    std::optional<u16> found;
    for_each_function(env_, [&](u16 here, EFI_PCI_IO_PROTOCOL*) {
        if (here >= from && (!found || here < *found)) found = here;
    });
    return found;
}

bool FirmwareSystem::read_pci(u16 function, u16 offset, MutableBytes out) {
    bool done = false;
    for_each_function(env_, [&](u16 here, EFI_PCI_IO_PROTOCOL* pci_io) {
        if (here != function) return;
        done =
            !failed(pci_io->Pci.Read(pci_io, EfiPciIoWidthUint8, offset, out.size(), out.data()));
    });
    return done;
}

}  // namespace kedge::efi
