#include "prefix/bios/drivers.h"

#include "drivers/virtio_net.h"

namespace kedge::bios {

std::span<const pci::Driver* const> drivers() {
    static constexpr const pci::Driver* kDrivers[] = {&virtio_net::kDriver};
    return kDrivers;
}

}  // namespace kedge::bios
