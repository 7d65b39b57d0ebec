// A PCI network card taken away from the firmware's driver. UEFI Specification 2.10, section 14.4.
#pragma once

#include "bus/pci.h"
#include "prefix/efi/card.h"
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

/// Adds to a driver's device what UEFI asks for: the card is ours from create() to the destructor,
/// except while it is lent.
class PciCard final : public Card {
  public:
    /// Disconnects the firmware's driver and creates ours. On failure the firmware has its card
    /// back.
    static Result<Unique<PciCard>> create(const Environment& env, EFI_HANDLE handle,
                                          const pci::Driver& driver, const pci::Services& services);
    PciCard(const Environment& env, EFI_HANDLE handle)
        : env_(env), claim_(env, handle, kPciIoGuid) {}
    ~PciCard() override;

    EFI_HANDLE handle() const { return claim_.handle(); }

    StrView driver() const override { return device_->driver(); }
    StrView chip() const override { return device_->chip(); }
    StrView location() const override { return device_->location(); }
    u32 bus_id() const override { return device_->bus_id(); }
    u64 bad_frames() const override { return device_->bad_frames(); }
    net::MacAddress mac() const override { return device_->mac(); }
    u16 mtu() const override { return device_->mtu(); }
    bool link_up() const override { return claim_.taken() && device_->link_up(); }
    bool failed() const override { return lost_ || device_->failed(); }

    Result<void> open() override;
    void poll(net::FrameSink& sink) override;
    Result<void> transmit(Bytes frame) override;
    void close() override;
    void quiesce() override;
    Result<void> resume() override;
    void lend() override;

  private:
    void disconnect_network_stack();
    Result<void> take();
    Result<void> enable();
    Result<void> take_back();
    void give_back();
    Result<void> set_bus_master(bool on);
    bool running() const { return open_ && !quiesced_ && claim_.taken(); }
    EFI_PCI_IO_PROTOCOL* pci_io() const { return claim_.get<EFI_PCI_IO_PROTOCOL>(); }

    const Environment& env_;
    Claim claim_;
    std::optional<PciIoConfig> config_;
    Unique<net::NetDevice> device_;
    UINT64 old_attributes_ = 0;
    bool attributes_changed_ = false;
    bool open_ = false;
    bool quiesced_ = false;
    bool lost_ = false;  // resume() failed
};

}  // namespace kedge::efi
