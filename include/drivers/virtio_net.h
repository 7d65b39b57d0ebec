// virtio-net over PCI, legacy and modern. Virtual I/O Device (VIRTIO) 1.2, sections 4.1 and 5.1.
#pragma once

#include "bus/pci.h"

namespace kedge::virtio_net {

/// For the driver tables: PCI 1af4:1000 (transitional or legacy) and 1af4:1041 (modern).
extern const pci::Driver kDriver;

}  // namespace kedge::virtio_net
