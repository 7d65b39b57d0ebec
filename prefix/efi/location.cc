#include "prefix/efi/location.h"

namespace kedge::efi {

EFI_HANDLE pci_handle(const Environment& env, EFI_HANDLE handle) {
    auto* path = get_protocol<EFI_DEVICE_PATH>(env, handle, kDevicePathGuid);
    EFI_HANDLE found = nullptr;
    if (path == nullptr ||
        failed(env.boot->LocateDevicePath(guid_argument(kPciIoGuid), &path, &found))) {
        return nullptr;
    }
    return found;
}

Result<pci::Address> pci_address(EFI_PCI_IO_PROTOCOL* pci_io) {
    UINTN segment = 0;
    UINTN bus = 0;
    UINTN device = 0;
    UINTN function = 0;
    if (failed(pci_io->GetLocation(pci_io, &segment, &bus, &device, &function))) return Error::io;
    return pci::Address{static_cast<u16>(segment), static_cast<u8>(bus), static_cast<u8>(device),
                        static_cast<u8>(function)};
}

void describe_location(const Environment& env, EFI_HANDLE handle, TextSink& out) {
    auto* pci_io = get_protocol<EFI_PCI_IO_PROTOCOL>(env, pci_handle(env, handle), kPciIoGuid);
    if (pci_io != nullptr) {
        if (const auto address = pci_address(pci_io); address.ok()) {
            format(out, "PCI {}", *address);
            return;
        }
    }
    out.put("EFI");
}

}  // namespace kedge::efi
