// The life of a virtio-net card: bring-up by the book, and the three endings.
#include "unit/drivers/virtio_bench.h"

namespace kedge::tests {

namespace {

/// Opens, receives and sends one frame, closes: the path everybody takes.
void round_trip(VirtioBench& bench) {
    REQUIRE(bench.open() == Error::none);
    REQUIRE(bench.card.running());
    CHECK(bench.card.notified[0] == 1);
    CHECK(bench.net->link_up());

    const auto in = pattern(1514);
    REQUIRE(bench.card.deliver(in));
    bench.net->poll(bench.sink);
    REQUIRE(bench.sink.frames.size() == 1);
    CHECK(bench.sink.frames[0].bytes == in);
    CHECK(bench.sink.frames[0].checksum == net::Checksum::unknown);
    CHECK(bench.sink.frames[0].segment_size == 0);

    const auto out = pattern(1514, 7);
    REQUIRE(bench.net->transmit(out).ok());
    CHECK(bench.card.take_sent() == std::vector<std::vector<u8>>{out});

    bench.net->close();
    CHECK(bench.card.status() == 0);
    CHECK_FALSE(bench.card.function.bus_master());
    CHECK(bench.dma.live() == 0);
}

}  // namespace

TEST_CASE("virtio-net: modern card", "[virtio]") {
    VirtioBench bench(modern());
    round_trip(bench);
}

TEST_CASE("virtio-net: legacy card", "[virtio]") {
    VirtioBench bench(legacy());
    round_trip(bench);
}

TEST_CASE("virtio-net: transitional card is driven as a modern one", "[virtio]") {
    VirtioBench bench({.modern = true, .legacy = true, .features = kQemuFeatures});
    REQUIRE(bench.open() == Error::none);
    CHECK((bench.card.accepted() >> 32 & 1) == 1);
}

TEST_CASE("virtio-net: every set of features that matters", "[virtio]") {
    const u64 sets[] = {
        0,
        feature::kMac,
        feature::kMac | feature::kStatus,
        feature::kMergeableBuffers,
        feature::kGuestChecksum,
        feature::kGuestChecksum | feature::kMergeableBuffers,
        kQemuFeatures & ~feature::kMergeableBuffers,
        kQemuFeatures & ~feature::kGuestChecksum,
        kQemuFeatures & ~feature::kGuestTso,
        kQemuFeatures & ~(u64{1} << 27),
        u64{1} << 27,
        kQemuFeatures | u64{1} << 33 | u64{1} << 36 | u64{1} << 34 | u64{1} << 35,
        ~u64{0} & ~feature::kMtu,
    };
    for (const u64 features : sets) {
        CAPTURE(features);
        {
            VirtioBench bench(modern(features));
            round_trip(bench);
        }
        {
            VirtioBench bench(legacy(features & 0xffffffff));
            round_trip(bench);
        }
    }
}

TEST_CASE("virtio-net: coalescing only with mergeable buffers and blank checksums", "[virtio]") {
    const auto accepted = [](u64 features) {
        VirtioBench bench(modern(features));
        REQUIRE(bench.open() == Error::none);
        return bench.card.accepted();
    };
    CHECK((accepted(kQemuFeatures) & kSpeedFeatures) == kSpeedFeatures);
    CHECK((accepted(kQemuFeatures & ~feature::kMergeableBuffers) &
           (feature::kGuestTso | feature::kGuestEcn)) == 0);
    CHECK((accepted(kQemuFeatures & ~feature::kGuestChecksum) &
           (feature::kGuestTso | feature::kGuestEcn)) == 0);
    CHECK((accepted(kQemuFeatures & ~feature::kGuestTso) & feature::kGuestEcn) == 0);
    CHECK((accepted(kQemuFeatures & ~feature::kGuestTso6) & feature::kGuestEcn) != 0);
    CHECK((accepted(kQemuFeatures | u64{1} << 33) & u64{1} << 33) != 0);
}

TEST_CASE("virtio-net: ring sizes", "[virtio]") {
    for (const u16 size : {2, 4, 16, 256, 1024}) {
        CAPTURE(size);
        {
            auto options = modern();
            options.receive_size = options.transmit_size = size;
            VirtioBench bench(options);
            round_trip(bench);
            REQUIRE(bench.net->open().ok());
            // A modern ring is made no longer than it is useful, and filled whole.
            const u16 expected = min<u16>(size, 256);
            CHECK(bench.card.ring_size(0) == expected);
            CHECK(bench.card.available(0) == expected);
        }
        auto options = legacy(0);
        options.receive_size = options.transmit_size = size;
        VirtioBench bench(options);
        round_trip(bench);
        REQUIRE(bench.net->open().ok());
        // A legacy one has the length it has; here each buffer takes two descriptors.
        CHECK(bench.card.ring_size(0) == size);
        CHECK(bench.card.available(0) == size / 2);
    }
}

TEST_CASE("virtio-net: legacy ring of 1024 is filled with 1024 buffers", "[virtio]") {
    auto options = legacy();
    options.receive_size = 1024;
    VirtioBench bench(options);
    REQUIRE(bench.open() == Error::none);
    CHECK(bench.card.available(0) == 1024);
}

TEST_CASE("virtio-net: a modern ring that is no power of two is made one", "[virtio]") {
    auto options = modern();
    options.receive_size = 200;
    VirtioBench bench(options);
    REQUIRE(bench.open() == Error::none);
    CHECK(bench.card.ring_size(0) == 128);
}

TEST_CASE("virtio-net: address", "[virtio]") {
    SECTION("from the card, before it is opened") {
        VirtioBench bench;
        REQUIRE(bench.create() == Error::none);
        CHECK(bench.net->mac() == bench.card.options.mac);
        CHECK(bench.card.resets == 0);
        CHECK_FALSE(bench.net->link_up());
    }
    SECTION("made up: local, unicast, the same each time it is opened") {
        VirtioBench bench(modern(kQemuFeatures & ~feature::kMac));
        REQUIRE(bench.open() == Error::none);
        const net::MacAddress mac = bench.net->mac();
        CHECK((mac.bytes[0] & 3) == 2);
        bench.net->close();
        REQUIRE(bench.net->open().ok());
        CHECK(bench.net->mac() == mac);
    }
    SECTION("impossible ones are replaced") {
        for (const net::MacAddress mac : {net::MacAddress{}, net::MacAddress::broadcast()}) {
            auto options = modern();
            options.mac = mac;
            VirtioBench bench(options);
            REQUIRE(bench.create() == Error::none);
            CHECK((bench.net->mac().bytes[0] & 3) == 2);
        }
    }
    SECTION("configuration that settles after some readings") {
        VirtioBench bench;
        bench.card.unstable_reads = 20;
        REQUIRE(bench.create() == Error::none);
        CHECK(bench.net->mac() == bench.card.options.mac);
    }
    SECTION("configuration that never settles") {
        VirtioBench bench;
        bench.card.unstable_reads = UINT32_MAX;
        REQUIRE(bench.create() == Error::none);
        CHECK((bench.net->mac().bytes[0] & 3) == 2);
    }
}

TEST_CASE("virtio-net: MTU", "[virtio]") {
    const auto mtu_for = [](u16 offered, u64 features, size_t frame) {
        auto options = modern(features);
        options.mtu = offered;
        VirtioBench bench(options);
        REQUIRE(bench.open() == Error::none);
        const u16 mtu = bench.net->mtu();
        CHECK(frame == mtu + 14u);
        CHECK(bench.net->transmit(pattern(frame + 4)).ok());  // with a VLAN tag
        CHECK(bench.net->transmit(pattern(frame + 5)).error() == Error::too_large);
        const auto jumbo = pattern(frame, 3);
        REQUIRE(bench.card.deliver(jumbo));
        bench.net->poll(bench.sink);
        REQUIRE(bench.sink.frames.size() == 1);
        CHECK(bench.sink.frames[0].bytes == jumbo);
        return mtu;
    };
    const u64 with = kQemuFeatures | feature::kMtu;
    CHECK(mtu_for(1460, kQemuFeatures, 1514) == 1500);
    CHECK(mtu_for(1460, with, 1474) == 1460);
    CHECK(mtu_for(9000, with, 9014) == 9000);
    CHECK(mtu_for(9000, with & ~feature::kMergeableBuffers, 9014) == 9000);
    CHECK(mtu_for(575, with, 1514) == 1500);
    CHECK(mtu_for(65535, with, 1514) == 1500);
    CHECK(mtu_for(0, with, 1514) == 1500);
}

TEST_CASE("virtio-net: link", "[virtio]") {
    for (const bool is_modern : {true, false}) {
        VirtioBench bench(is_modern ? modern() : legacy());
        bench.card.options.status = 0;
        REQUIRE(bench.open() == Error::none);
        CHECK_FALSE(bench.net->link_up());
        bench.card.options.status = 3;
        CHECK(bench.net->link_up());
    }
}

TEST_CASE("virtio-net: closing", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    bench.net->close();
    const u32 accesses = bench.card.register_accesses;
    bench.net->close();
    CHECK(bench.card.register_accesses == accesses);
    CHECK(bench.net->transmit(pattern(60)).error() == Error::not_connected);
    bench.net->poll(bench.sink);
    CHECK_FALSE(bench.net->failed());
    CHECK(bench.net->open().ok());
    CHECK(bench.net->open().ok());  // from running: once more from the start
    CHECK(bench.card.running());
}

TEST_CASE("virtio-net: a slow reset is waited for", "[virtio]") {
    VirtioBench bench;
    bench.card.reset_delay = 50;
    REQUIRE(bench.open() == Error::none);
    bench.net->quiesce();
    CHECK(bench.card.status() == 0);
}

TEST_CASE("virtio-net: a card that never resets", "[virtio]") {
    VirtioBench bench;
    SECTION("is not opened, and given up after a second") {
        bench.card.reset_delay = UINT32_MAX;
        const Instant start = bench.clock.peek();
        CHECK(bench.open() == Error::timed_out);
        CHECK((bench.clock.peek() - start).ms() <= 1100);
        CHECK_FALSE(bench.card.function.bus_master());
        CHECK(bench.dma.live() == 0);
    }
    SECTION("keeps its memory when it is closed") {
        REQUIRE(bench.open() == Error::none);
        const size_t live = bench.dma.live();
        bench.card.reset_delay = UINT32_MAX;
        bench.net->close();
        CHECK_FALSE(bench.card.function.bus_master());
        CHECK(bench.dma.live() == live);
        bench.leaked = live;
        bench.net->close();
    }
    SECTION("does not hang quiesce()") {
        REQUIRE(bench.open() == Error::none);
        bench.card.reset_delay = UINT32_MAX;
        bench.net->quiesce();
        bench.cpu.tsc_step = 0;  // not even without a running counter
        CHECK(bench.net->resume().error() == Error::timed_out);
        bench.card.reset_delay = 0;
    }
}

TEST_CASE("virtio-net: quiesce and resume", "[virtio]") {
    for (const bool is_modern : {true, false}) {
        VirtioBench bench(is_modern ? modern() : legacy());
        REQUIRE(bench.open() == Error::none);
        REQUIRE(bench.card.deliver(pattern(100)));
        const net::MacAddress mac = bench.net->mac();
        const size_t live = bench.dma.live();
        const Instant time = bench.clock.peek();
        const u64 config_accesses = bench.bus.accesses;

        bench.net->quiesce();
        CHECK(bench.card.status() == 0);
        const u32 resets = bench.card.resets;
        bench.net->quiesce();
        CHECK(bench.card.resets == resets);
        CHECK(bench.clock.peek() == time);  // no service of the platform was asked
        CHECK(bench.bus.accesses == config_accesses);
        CHECK(bench.dma.live() == live);
        bench.net->poll(bench.sink);
        CHECK(bench.sink.frames.empty());
        CHECK_FALSE(bench.net->transmit(pattern(60)).ok());

        REQUIRE(bench.net->resume().ok());
        REQUIRE(bench.net->resume().ok());
        CHECK(bench.net->mac() == mac);
        CHECK(bench.dma.live() == live);
        REQUIRE(bench.card.deliver(pattern(900, 5)));
        bench.net->poll(bench.sink);
        REQUIRE(bench.sink.frames.size() == 1);  // the frame from before is gone
        CHECK(bench.sink.frames[0].bytes == pattern(900, 5));
        CHECK(bench.net->transmit(pattern(60)).ok());
        CHECK(bench.card.take_sent().size() == 1);

        // A quiesced card can be closed as well.
        bench.net->quiesce();
        bench.net->close();
        CHECK(bench.dma.live() == 0);
        CHECK_FALSE(bench.net->resume().ok());
    }
}

TEST_CASE("virtio-net: a card that changed while it was away", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    bench.net->quiesce();
    bench.card.refuse_features = true;
    CHECK_FALSE(bench.net->resume().ok());
    CHECK(bench.net->failed());
    bench.card.refuse_features = false;
    CHECK(bench.net->open().ok());
    CHECK_FALSE(bench.net->failed());
}

TEST_CASE("virtio-net: features refused", "[virtio]") {
    VirtioBench bench;
    bench.card.refuse_features = true;
    CHECK(bench.open() == Error::not_supported);
    CHECK(bench.card.status() == 0);
    CHECK(bench.dma.live() == 0);
}

TEST_CASE("virtio-net: every allocation may fail", "[virtio]") {
    for (size_t allowed = 0; allowed < 4; ++allowed) {
        VirtioBench bench;
        bench.dma.remaining = allowed;
        CHECK(bench.open() == Error::no_memory);
        CHECK(bench.card.status() == 0);
        CHECK(bench.dma.live() == 0);
    }
}

TEST_CASE("virtio-net: little memory means fewer buffers", "[virtio]") {
    VirtioBench bench;
    bench.dma.largest = 300'000;
    REQUIRE(bench.open() == Error::none);
    CHECK(bench.card.available(0) == 64);
    REQUIRE(bench.card.deliver(pattern(1000)));
    bench.net->poll(bench.sink);
    CHECK(bench.sink.frames.size() == 1);
}

TEST_CASE("virtio-net: no legacy ring beyond the reach of its register", "[virtio]") {
    VirtioBench bench(legacy());
    bench.dma.next_address = u64{1} << 44;
    CHECK(bench.open() == Error::no_memory);
    CHECK(bench.dma.live() == 0);
}

TEST_CASE("virtio-net: MSI-X is switched off", "[virtio]") {
    VirtioBench bench(legacy());
    const u8 at = bench.card.function.add_capability(0x11, {0x03, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0});
    REQUIRE(bench.create() == Error::none);
    CHECK(bench.card.function.read(at + 2, 2) == 0x4003);
}

TEST_CASE("virtio-net: what the driver table matches", "[virtio]") {
    const auto matches = [](u16 vendor, u16 device) {
        fakes::PciBus bus;
        fakes::PciFunction card(vendor, device);
        bus.add({}, card);
        return virtio_net::kDriver.matches(pci::Function(bus, {}));
    };
    CHECK(matches(0x1af4, 0x1000));
    CHECK(matches(0x1af4, 0x1041));
    CHECK_FALSE(matches(0x1af4, 0x1001));
    CHECK_FALSE(matches(0x1af4, 0x1042));
    CHECK_FALSE(matches(0x8086, 0x1000));
}

}  // namespace kedge::tests
