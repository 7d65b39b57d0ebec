// Which cards kedge.efi drives itself. All others go through the firmware's drivers.
#include "prefix/efi/devices.h"

namespace kedge::efi {

std::span<const pci::Driver* const> pci_drivers() { return {}; }

}  // namespace kedge::efi
