// Intel's PRO/1000 cards, e1000 and e1000e. PCI/PCI-X Family of Gigabit Ethernet Controllers
// Software Developer's Manual (8254x) and 82574 Family Datasheet.
#pragma once

#include "bus/pci.h"

namespace kedge::e1000 {

/// For the driver tables: the copper cards of the 8254x and 8257x families, among them the models
/// of QEMU, VMware and VirtualBox.
extern const pci::Driver kDriver;

}  // namespace kedge::e1000
