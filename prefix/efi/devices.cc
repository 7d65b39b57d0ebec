#include "prefix/efi/devices.h"

#include "prefix/efi/device_path.h"
#include "prefix/efi/location.h"

namespace kedge::efi {
namespace {

constexpr u32 kClassNetwork = 0x02;

bool is_network_card(const pci::Function& function) {
    return function.class_code() >> 16 == kClassNetwork;
}

const pci::Driver* find_driver(const pci::Function& function) {
    if (!is_network_card(function)) return nullptr;
    for (const pci::Driver* driver : pci_drivers()) {
        if (driver->matches(function)) return driver;
    }
    return nullptr;
}

/// PCI addresses have digits of fixed number; what has none comes last.
bool sits_before(const net::NetDevice& a, const net::NetDevice& b) {
    const StrView left = a.location();
    const StrView right = b.location();
    const bool on_pci = left.starts_with("PCI ");
    if (on_pci != right.starts_with("PCI ")) return on_pci;
    for (size_t i = 0; i < min(left.size(), right.size()); ++i) {
        if (left[i] != right[i]) return left[i] < right[i];
    }
    return left.size() < right.size();
}

}  // namespace

Result<void> Devices::find(TextSink& console) {
    TRY(find_pci_cards(console));
    TRY(find_snp_cards());
    for (auto& card : cards_) TRY(add(*card));
    for (auto& device : snp_) TRY(add(*device));
    return {};
}

/// In the order of their places, so that net0 does not depend on who drives what.
Result<void> Devices::add(net::NetDevice& device) {
    size_t at = all_.size();
    while (at > 0 && sits_before(device, *all_[at - 1])) --at;
    return all_.insert(at, &device);
}

Result<void> Devices::find_pci_cards(TextSink& console) {
    if (pci_drivers().empty()) return {};
    for (EFI_HANDLE handle : Handles(env_, kPciIoGuid)) {
        auto* pci_io = get_protocol<EFI_PCI_IO_PROTOCOL>(env_, handle, kPciIoGuid);
        if (pci_io == nullptr) continue;
        const auto address = pci_address(pci_io);
        if (!address.ok()) continue;
        PciIoConfig config(pci_io, *address);
        const pci::Function function(config, *address);
        const pci::Driver* driver = find_driver(function);
        if (driver == nullptr) {
            connect_firmware_driver(handle, function);
            continue;
        }
        auto card = PciCard::create(env_, handle, *driver, services_);
        if (card.ok()) {
            TRY(cards_.push_back(std::move(card).value()));
        } else {
            format(console, "{} at PCI {} cannot be used ({}), trying the firmware's driver\n",
                   driver->name, *address, describe(card.error()));
        }
    }
    return {};
}

/// Firmware that boots from a disk leaves network cards without their drivers (UEFI 2.10 section
/// 3.1: only what the boot option needs is connected). Without one there is no SNP to use.
void Devices::connect_firmware_driver(EFI_HANDLE handle, const pci::Function& function) {
    if (is_network_card(function)) {
        env_.boot->ConnectController(handle, nullptr, nullptr, TRUE);
    }
}

Result<void> Devices::find_snp_cards() {
    for (EFI_HANDLE handle : Handles(env_, kSimpleNetworkGuid)) {
        if (is_ours(pci_handle(env_, handle)) || is_alias(handle)) continue;
        auto device = SnpDevice::create(env_, services_.clock, handle);
        // Not an Ethernet card, or gone in the meantime: nothing for us.
        if (!device.ok()) continue;
        TRY(snp_.push_back(std::move(device).value()));
    }
    return {};
}

bool Devices::is_ours(EFI_HANDLE handle) const {
    if (handle == nullptr) return false;
    for (const auto& card : cards_) {
        if (card->handle() == handle) return true;
    }
    return false;
}

/// EDK2's PXE driver shows a card's SNP once more on its children for IPv4 and IPv6.
bool Devices::is_alias(EFI_HANDLE handle) const {
    const auto* path = get_protocol<EFI_DEVICE_PATH>(env_, handle, kDevicePathGuid);
    return path != nullptr && (find_node(path, MESSAGING_DEVICE_PATH, MSG_IPv4_DP) != nullptr ||
                               find_node(path, MESSAGING_DEVICE_PATH, MSG_IPv6_DP) != nullptr);
}

void Devices::quiesce() {
    for (auto& card : cards_) card->quiesce();
    for (auto& device : snp_) device->quiesce();
}

void Devices::lend() {
    for (auto& card : cards_) card->lend();
    for (auto& device : snp_) device->lend();
}

void Devices::take_back(TextSink& console) {
    for (auto& card : cards_) resume(*card, console);
    for (auto& device : snp_) resume(*device, console);
}

void Devices::resume(Card& card, TextSink& console) {
    const Result<void> result = card.resume();
    if (result.ok()) return;
    format(console, "{} at {} did not come back from the started image: {}\n", card.driver(),
           card.location(), describe(result.error()));
}

}  // namespace kedge::efi
