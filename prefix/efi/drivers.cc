// Which cards kedge.efi drives itself. All others go through the firmware's drivers.
#include "drivers/e1000.h"
#include "drivers/virtio_net.h"
#include "prefix/efi/devices.h"

namespace kedge::efi {
namespace {

constexpr const pci::Driver* kDrivers[] = {
    &virtio_net::kDriver,
    &e1000::kDriver,
};

}  // namespace

std::span<const pci::Driver* const> pci_drivers() { return kDrivers; }

}  // namespace kedge::efi
