#include "prefix/bios/drivers.h"

#include "drivers/e1000.h"
#include "drivers/virtio_net.h"

namespace kedge::bios {

std::span<const pci::Driver* const> drivers() {
    static constexpr const pci::Driver* kDrivers[] = {&virtio_net::kDriver, &e1000::kDriver};
    return kDrivers;
}

}  // namespace kedge::bios
