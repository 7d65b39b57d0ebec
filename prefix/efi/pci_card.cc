#include "prefix/efi/pci_card.h"

#include "prefix/efi/location.h"
#include "prefix/efi/snp.h"

namespace kedge::efi {
namespace {

constexpr u32 kConfigSpace = 4096;
constexpr u16 kCommand = 4;
constexpr u16 kCommandBusMaster = 1 << 2;

EFI_PCI_IO_PROTOCOL_WIDTH width_of(u8 bytes) {
    switch (bytes) {
        case 1:
            return EfiPciIoWidthUint8;
        case 2:
            return EfiPciIoWidthUint16;
        default:
            return EfiPciIoWidthUint32;
    }
}

}  // namespace

bool PciIoConfig::covers(pci::Address address, u16 offset, u8 width) const {
    return address == address_ && offset + width <= kConfigSpace;
}

u32 PciIoConfig::read(pci::Address address, u16 offset, u8 width) {
    u32 value = 0;
    if (!covers(address, offset, width) ||
        failed(pci_io_->Pci.Read(pci_io_, width_of(width), offset, 1, &value))) {
        return 0xffffffff;
    }
    return value;
}

void PciIoConfig::write(pci::Address address, u16 offset, u8 width, u32 value) {
    if (!covers(address, offset, width)) return;
    // As on the bus itself, a write that nobody takes is lost.
    pci_io_->Pci.Write(pci_io_, width_of(width), offset, 1, &value);
}

Result<Unique<PciCard>> PciCard::create(const Environment& env, EFI_HANDLE handle,
                                        const pci::Driver& driver, const pci::Services& services) {
    auto card = TRY(make_unique<PciCard>(env, handle));
    TRY(card->take());
    const pci::Address address = TRY(pci_address(card->pci_io()));
    card->config_.emplace(card->pci_io(), address);
    card->device_ = TRY(driver.create(pci::Function(*card->config_, address), services));
    return card;
}

PciCard::~PciCard() {
    // Its end resets the card, which must not happen under another's hands: better leak it.
    if (!claim_.taken()) static_cast<void>(device_.release());
    device_.reset();
    give_back();
}

/// The firmware's protocol stack on top of a card keeps it in use, and some card drivers refuse to
/// stop then, so the top goes first.
void PciCard::disconnect_network_stack() {
    for (EFI_HANDLE child : Handles(env_, kSimpleNetworkGuid)) {
        if (pci_handle(env_, child) != handle()) continue;
        // Whether it worked shows when the card is claimed.
        env_.boot->DisconnectController(child, nullptr, nullptr);
        // A program that used the card without a driver below may have left it running.
        auto* snp = get_protocol<EFI_SIMPLE_NETWORK_PROTOCOL>(env_, child, kSimpleNetworkGuid);
        if (snp != nullptr) stop_snp(snp);
    }
}

Result<void> PciCard::take() {
    if (claim_.taken()) return {};
    disconnect_network_stack();
    TRY(claim_.take());
    const Result<void> result = enable();
    if (!result.ok()) give_back();
    return result;
}

Result<void> PciCard::enable() {
    constexpr UINT64 kWanted = EFI_PCI_IO_ATTRIBUTE_MEMORY | EFI_PCI_IO_ATTRIBUTE_IO |
                               EFI_PCI_IO_ATTRIBUTE_BUS_MASTER |
                               EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE;
    UINT64 supported = 0;
    if (efi::failed(
            pci_io()->Attributes(pci_io(), EfiPciIoAttributeOperationGet, 0, &old_attributes_)) ||
        efi::failed(
            pci_io()->Attributes(pci_io(), EfiPciIoAttributeOperationSupported, 0, &supported))) {
        return Error::io;
    }
    attributes_changed_ = true;
    const EFI_STATUS status = pci_io()->Attributes(pci_io(), EfiPciIoAttributeOperationEnable,
                                                   supported & kWanted, nullptr);
    return efi::failed(status) ? Error::io : Error::none;
}

void PciCard::give_back() {
    if (!claim_.taken()) return;
    if (attributes_changed_) {
        // What cannot be put back is for the firmware's driver to set: each does at its start.
        pci_io()->Attributes(pci_io(), EfiPciIoAttributeOperationSet, old_attributes_, nullptr);
        attributes_changed_ = false;
    }
    claim_.give_back();
}

Result<void> PciCard::open() {
    TRY(take());
    TRY(set_bus_master(true));
    TRY(device_->open());
    open_ = true;
    quiesced_ = false;
    lost_ = false;
    return {};
}

void PciCard::poll(net::FrameSink& sink) {
    if (running()) device_->poll(sink);
}

Result<void> PciCard::transmit(Bytes frame) {
    return running() ? device_->transmit(frame) : Error::no_device;
}

void PciCard::close() {
    open_ = false;
    if (claim_.taken()) device_->close();
}

void PciCard::quiesce() {
    if (!claim_.taken()) return;
    device_->quiesce();
    quiesced_ = true;
    // The device was told to stop in its own way; this is for one that does not listen.
    IGNORE_RESULT(set_bus_master(false));
}

Result<void> PciCard::resume() {
    const Result<void> result = take_back();
    lost_ = !result.ok();
    return result;
}

Result<void> PciCard::take_back() {
    TRY(take());
    if (!open_ || !quiesced_) return {};
    TRY(set_bus_master(true));
    TRY(device_->resume());
    quiesced_ = false;
    return {};
}

/// By configuration space: PciIo's own way to do it may allocate memory.
Result<void> PciCard::set_bus_master(bool on) {
    UINT16 command = 0;
    if (efi::failed(pci_io()->Pci.Read(pci_io(), EfiPciIoWidthUint16, kCommand, 1, &command))) {
        return Error::io;
    }
    command = static_cast<UINT16>(on ? command | kCommandBusMaster : command & ~kCommandBusMaster);
    const EFI_STATUS status =
        pci_io()->Pci.Write(pci_io(), EfiPciIoWidthUint16, kCommand, 1, &command);
    return efi::failed(status) ? Error::io : Error::none;
}

void PciCard::lend() {
    quiesce();
    give_back();
}

}  // namespace kedge::efi
