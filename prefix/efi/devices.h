// All network cards of the machine: our own drivers where there is one, the firmware's for the
// rest.
#pragma once

#include "base/vector.h"
#include "bus/pci.h"
#include "prefix/efi/efi.h"
#include "prefix/efi/pci_card.h"
#include "prefix/efi/snp.h"

namespace kedge::efi {

/// Our drivers for PCI cards: drivers.cc.
std::span<const pci::Driver* const> pci_drivers();

/// Its end closes every device and gives the cards back to the firmware.
class Devices {
  public:
    Devices(const Environment& env, const pci::Services& services)
        : env_(env), services_(services) {}

    /// Takes every card over that a driver of ours knows, and lists the others. A card that cannot
    /// be taken is left to the firmware's driver, with a sentence on `console`. Error::no_memory.
    Result<void> find(TextSink& console);

    std::span<net::NetDevice* const> all() const { return all_.span(); }

    /// For the end of boot services: no memory, protocol, event or console services. After it no
    /// card does DMA. Idempotent.
    void quiesce();

    /// Stops every card and gives it to the firmware, for a started image that wants to use the
    /// network through it.
    void lend();
    /// The end of lend(). A card that cannot be had again is named on `console`; its open() will
    /// try once more.
    void take_back(TextSink& console);

  private:
    Result<void> find_pci_cards(TextSink& console);
    void connect_firmware_driver(EFI_HANDLE handle, const pci::Function& function);
    Result<void> find_snp_cards();
    static void resume(Card& card, TextSink& console);
    Result<void> add(net::NetDevice& device);
    bool is_ours(EFI_HANDLE pci_handle) const;
    bool is_alias(EFI_HANDLE handle) const;

    const Environment& env_;
    pci::Services services_;
    Vector<Unique<PciCard>> cards_;
    Vector<Unique<SnpDevice>> snp_;
    Vector<net::NetDevice*> all_;
};

}  // namespace kedge::efi
