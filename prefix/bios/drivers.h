// The drivers of the BIOS images.
#pragma once

#include "bus/pci.h"

namespace kedge::bios {

/// In the order in which they are asked.
std::span<const pci::Driver* const> drivers();

}  // namespace kedge::bios
