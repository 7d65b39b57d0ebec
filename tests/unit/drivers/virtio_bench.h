// A virtio-net driver on a made-up card, with everything it needs around it.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "drivers/net/virtio_net_format.h"
#include "drivers/virtio_net.h"
#include "fakes/clock.h"
#include "fakes/virtio_device.h"

namespace kedge::tests {

namespace feature = virtio_net::feature;

constexpr u64 kSpeedFeatures =
    feature::kGuestChecksum | feature::kGuestTso | feature::kGuestEcn | feature::kMergeableBuffers;
/// About what QEMU offers: more than the driver may take.
constexpr u64 kQemuFeatures = kSpeedFeatures | feature::kMac | feature::kStatus | 1 << 0 | 1 << 10 |
                              1 << 11 | 1 << 17 | u64{1} << 27 | u64{1} << 28 | u64{1} << 29;

struct Received {
    std::vector<u8> bytes;
    size_t head = 0;
    size_t parts = 0;
    net::Checksum checksum = net::Checksum::unknown;
    u16 segment_size = 0;
};

class Collector final : public net::FrameSink {
  public:
    void on_frame(const net::RxFrame& frame) override {
        Received received{.head = frame.head.size(),
                          .parts = 1 + frame.rest.size(),
                          .checksum = frame.checksum,
                          .segment_size = frame.segment_size};
        received.bytes.assign(frame.head.begin(), frame.head.end());
        for (Bytes part : frame.rest) {
            received.bytes.insert(received.bytes.end(), part.begin(), part.end());
        }
        frames.push_back(std::move(received));
        if (on_each) on_each();
    }
    std::vector<Received> frames;
    std::function<void()> on_each;
};

/// Bytes that differ from place to place and from frame to frame.
inline std::vector<u8> pattern(size_t size, u32 seed = 1) {
    std::vector<u8> bytes(size);
    u32 state = seed * 2654435761u + 1;
    for (u8& byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<u8>(state >> 24);
    }
    return bytes;
}

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
