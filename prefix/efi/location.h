// Where a card sits, in words.
#pragma once

#include "bus/pci.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

/// The PCI function that a handle belongs to: itself or the nearest ancestor. Null without one.
EFI_HANDLE pci_handle(const Environment& env, EFI_HANDLE handle);

/// The PCI address of a PciIo instance. Error::io if the firmware does not tell.
Result<pci::Address> pci_address(EFI_PCI_IO_PROTOCOL* pci_io);

/// "PCI 0000:00:03.0", or "EFI" for a card that sits on no PCI bus.
void describe_location(const Environment& env, EFI_HANDLE handle, TextSink& out);

}  // namespace kedge::efi
