// A virtio-net driver on a made-up card, with everything it needs around it.
#pragma once

#include "drivers/net/virtio_net_format.h"
#include "drivers/virtio_net.h"
#include "fakes/clock.h"
#include "fakes/virtio_device.h"
#include "unit/drivers/card_bench.h"

namespace kedge::tests {

namespace feature = virtio_net::feature;

constexpr u64 kSpeedFeatures =
    feature::kGuestChecksum | feature::kGuestTso | feature::kGuestEcn | feature::kMergeableBuffers;
/// About what QEMU offers: more than the driver may take.
constexpr u64 kQemuFeatures = kSpeedFeatures | feature::kMac | feature::kStatus | 1 << 0 | 1 << 10 |
                              1 << 11 | 1 << 17 | u64{1} << 27 | u64{1} << 28 | u64{1} << 29;

struct VirtioBench {
    explicit VirtioBench(fakes::VirtioOptions options = {.features = kQemuFeatures})
        : card(dma, bus, mapper, options) {}
    ~VirtioBench() {
        net.reset();
        CHECK(dma.live() == leaked);
        CHECK(card.violations == std::vector<std::string>{});
    }

    pci::Services services() { return {dma, mapper, clock}; }
    Error create() {
        const pci::Function function(bus, fakes::VirtioDevice::kAddress);
        auto made = virtio_net::kDriver.create(function, services());
        if (!made.ok()) return made.error();
        net = std::move(made).value();
        return Error::none;
    }
    Error open() {
        const Error error = create();
        return error != Error::none ? error : net->open().error();
    }

    arch::host::Cpu cpu;
    fakes::Clock clock;
    fakes::Dma dma;
    fakes::PciBus bus;
    fakes::MmioMapper mapper;
    fakes::VirtioDevice card;
    Collector sink;
    Unique<net::NetDevice> net;
    size_t leaked = 0;  // DMA blocks the driver had to give up
};

inline fakes::VirtioOptions legacy(u64 features = kQemuFeatures) {
    return {.modern = false, .legacy = true, .features = features};
}
inline fakes::VirtioOptions modern(u64 features = kQemuFeatures) { return {.features = features}; }

}  // namespace kedge::tests
