// A PCI network card taken away from the firmware's driver. UEFI Specification 2.10, section 14.4.
#pragma once

#include "bus/pci.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

/// Configuration space of one device through its PciIo.
class PciIoConfig final : public pci::ConfigAccess {
  public:
    PciIoConfig(EFI_PCI_IO_PROTOCOL* pci_io, pci::Address address)
        : pci_io_(pci_io), address_(address) {}

    u32 read(pci::Address address, u16 offset, u8 width) override;
    void write(pci::Address address, u16 offset, u8 width, u32 value) override;

  private:
    bool covers(pci::Address address, u16 offset, u8 width) const;

    EFI_PCI_IO_PROTOCOL* pci_io_;
    pci::Address address_;
};

class PciCard {
  public:
    /// Disconnects the firmware's driver and creates ours. On failure the firmware has its card
    /// back.
    static Result<Unique<PciCard>> create(const Environment& env, EFI_HANDLE handle,
                                          const pci::Driver& driver, const pci::Services& services);
    PciCard(const Environment& env, EFI_HANDLE handle) : claim_(env, handle, kPciIoGuid) {}
    ~PciCard();

    EFI_HANDLE handle() const { return claim_.handle(); }
    net::NetDevice& device() { return *device_; }

    /// Registers only: stops the device and its bus mastering.
    void quiesce();

  private:
    Result<void> take(const pci::Driver& driver, const pci::Services& services);
    EFI_PCI_IO_PROTOCOL* pci_io() const { return claim_.get<EFI_PCI_IO_PROTOCOL>(); }

    Claim claim_;
    std::optional<PciIoConfig> config_;
    Unique<net::NetDevice> device_;
    UINT64 old_attributes_ = 0;
    bool attributes_changed_ = false;
};

}  // namespace kedge::efi
