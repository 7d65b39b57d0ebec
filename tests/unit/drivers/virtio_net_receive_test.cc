// Frames out of buffers: coalesced, split oddly, checked or not; and no buffer ever lost.
#include <random>

#include "unit/drivers/virtio_bench.h"

namespace kedge::tests {

namespace {

constexpr size_t kSuperFrame = 65549;  // the largest IPv4 packet in Ethernet

const Received& only_frame(VirtioBench& bench) {
    bench.sink.frames.clear();
    bench.net->poll(bench.sink);
    REQUIRE(bench.sink.frames.size() == 1);
    return bench.sink.frames[0];
}

}  // namespace

TEST_CASE("virtio-net: a frame of 64 KiB comes in 17 buffers", "[virtio]") {
    for (const auto& options : {modern(), legacy()}) {
        VirtioBench bench(options);
        REQUIRE(bench.open() == Error::none);
        const auto frame = pattern(kSuperFrame);
        REQUIRE(bench.card.deliver(frame, {.flags = 1, .gso_type = 1, .gso_size = 1448}));
        const Received& received = only_frame(bench);
        CHECK(received.bytes == frame);
        CHECK(received.parts == 17);
        CHECK(received.head >= 256);
        CHECK(received.checksum == net::Checksum::verified);
        CHECK(received.segment_size == 1448);
        CHECK(bench.card.available(0) == 256);
    }
}

TEST_CASE("virtio-net: the largest frame fits into the shortest ring", "[virtio]") {
    // Else QEMU would wait for room that never comes.
    for (const u16 size : {1, 2, 4, 8, 16, 32, 64, 256}) {
        CAPTURE(size);
        auto options = modern();
        options.receive_size = size;
        VirtioBench bench(options);
        REQUIRE(bench.open() == Error::none);
        for (int i = 0; i < 3; ++i) {
            const auto frame = pattern(65589, static_cast<u32>(i));
            REQUIRE(bench.card.deliver(frame, {.flags = 1, .gso_type = 4, .gso_size = 1428}));
            CHECK(only_frame(bench).bytes == frame);
        }
    }
}

TEST_CASE("virtio-net: what the packet header says", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    struct Row {
        u8 flags, gso_type;
        u16 gso_size;
        net::Checksum checksum;
        u16 segment_size;
    };
    const Row rows[] = {
        {0, 0, 0, net::Checksum::unknown, 0},
        {1, 0, 0, net::Checksum::verified, 0},
        {2, 0, 0, net::Checksum::verified, 0},
        {4, 0, 0, net::Checksum::unknown, 0},
        {1, 1, 1448, net::Checksum::verified, 1448},
        {1, 4, 1428, net::Checksum::verified, 1428},
        {1, 0x81, 1448, net::Checksum::verified, 1448},
        {1, 0x84, 1448, net::Checksum::verified, 1448},
        {1, 3, 1000, net::Checksum::verified, 0},  // UDP
        {1, 5, 1000, net::Checksum::verified, 0},
        {1, 1, 0, net::Checksum::verified, 0},
        {1, 0, 99, net::Checksum::verified, 0},
    };
    for (const Row& row : rows) {
        CAPTURE(int{row.flags}, int{row.gso_type}, row.gso_size);
        REQUIRE(bench.card.deliver(
            pattern(500),
            {.flags = row.flags, .gso_type = row.gso_type, .gso_size = row.gso_size}));
        const Received& received = only_frame(bench);
        CHECK(received.checksum == row.checksum);
        CHECK(received.segment_size == row.segment_size);
    }
}

TEST_CASE("virtio-net: flags mean nothing that was not negotiated", "[virtio]") {
    VirtioBench bench(modern(kQemuFeatures & ~feature::kGuestChecksum));
    REQUIRE(bench.open() == Error::none);
    REQUIRE(bench.card.deliver(pattern(500), {.flags = 3, .gso_type = 1, .gso_size = 1448}));
    const Received& received = only_frame(bench);
    CHECK(received.checksum == net::Checksum::unknown);
    CHECK(received.segment_size == 0);
}

TEST_CASE("virtio-net: all headers lie in the first part", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    for (const size_t piece : {1, 4, 14, 60, 200, 255, 256, 257, 1000, 4084}) {
        for (const size_t size : {14, 60, 255, 256, 257, 300, 1514, 9000}) {
            if (size / piece > 60) continue;  // more pieces than the driver follows
            CAPTURE(piece, size);
            const auto frame = pattern(size, static_cast<u32>(piece * 10000 + size));
            REQUIRE(bench.card.deliver(frame, {.piece = piece}));
            const Received& received = only_frame(bench);
            CHECK(received.bytes == frame);
            CHECK(received.head >= min<size_t>(256, size));
            CHECK(bench.card.available(0) == 256);
        }
    }
}

TEST_CASE("virtio-net: frames that cannot be are dropped and their buffers kept", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    REQUIRE(bench.card.deliver(pattern(13)));
    REQUIRE(bench.card.deliver(pattern(65590)));
    REQUIRE(bench.card.deliver(pattern(100), {.piece = 1}));  // a hundred pieces
    REQUIRE(bench.card.deliver(pattern(14)));
    CHECK(only_frame(bench).bytes == pattern(14));
    CHECK(bench.card.available(0) == 256);
    CHECK_FALSE(bench.net->failed());
}

TEST_CASE("virtio-net: empty buffers within a frame", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    const auto first = bench.card.pop(0);
    const auto second = bench.card.pop(0);
    const auto third = bench.card.pop(0);
    fill_bytes(third.parts[0], 0x33);
    store_le<u16>(first.parts[0].subspan(10), u16{3});
    bench.card.put_used(0, first.head, 12);
    bench.card.put_used(0, second.head, 0);
    bench.card.put_used(0, third.head, 60);
    bench.card.publish_used(0);
    CHECK(only_frame(bench).bytes == std::vector<u8>(60, 0x33));
    CHECK(bench.card.available(0) == 256);
}

TEST_CASE("virtio-net: one poll takes all that is there", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    for (u32 i = 0; i < 256; ++i) REQUIRE(bench.card.deliver(pattern(60 + i, i)));
    REQUIRE_FALSE(bench.card.deliver(pattern(60)));
    bench.net->poll(bench.sink);
    REQUIRE(bench.sink.frames.size() == 256);
    for (u32 i = 0; i < 256; ++i) CHECK(bench.sink.frames[i].bytes == pattern(60 + i, i));
    CHECK(bench.card.available(0) == 256);
}

TEST_CASE("virtio-net: one poll ends even if frames never do", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    for (u32 i = 0; i < 100; ++i) REQUIRE(bench.card.deliver(pattern(60)));
    bench.sink.on_each = [&] { bench.card.deliver(pattern(60)); };
    bench.net->poll(bench.sink);
    CHECK(bench.sink.frames.size() == 256);
}

TEST_CASE("virtio-net: the card gets buffers back while a long poll runs", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    for (u32 i = 0; i < 256; ++i) REQUIRE(bench.card.deliver(pattern(60)));
    u32 taken_mid_poll = 0;
    bench.sink.on_each = [&] { taken_mid_poll += bench.card.available(0) != 0; };
    bench.net->poll(bench.sink);
    CHECK(taken_mid_poll >= 128);
}

TEST_CASE("virtio-net: doorbells", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    const auto rings_for = [&](u32 frames) {
        for (u32 i = 0; i < frames; ++i) REQUIRE(bench.card.deliver(pattern(60)));
        const u32 before = bench.card.notified[0];
        bench.net->poll(bench.sink);
        return bench.card.notified[0] - before;
    };
    CHECK(rings_for(0) == 0);
    CHECK(rings_for(1) == 1);
    CHECK(rings_for(40) == 1);
    CHECK(rings_for(256) == 4);
    bench.card.suppress_notify(0, true);
    CHECK(rings_for(200) == 0);
    bench.card.suppress_notify(0, false);
    CHECK(rings_for(1) == 1);

    bench.card.suppress_notify(1, true);
    REQUIRE(bench.net->transmit(pattern(60)).ok());
    CHECK(bench.card.notified[1] == 0);
    bench.card.process_transmit();
    bench.card.suppress_notify(1, false);
    REQUIRE(bench.net->transmit(pattern(60)).ok());
    CHECK(bench.card.notified[1] == 1);
    CHECK(bench.card.take_sent().size() == 2);
}

TEST_CASE("virtio-net: the sink may send, and may end it all", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    for (u32 i = 0; i < 10; ++i) REQUIRE(bench.card.deliver(pattern(60)));
    SECTION("send") {
        bench.sink.on_each = [&] { CHECK(bench.net->transmit(pattern(80)).ok()); };
        bench.net->poll(bench.sink);
        CHECK(bench.sink.frames.size() == 10);
        CHECK(bench.card.take_sent().size() == 10);
    }
    SECTION("close") {
        bench.sink.on_each = [&] { bench.net->close(); };
        bench.net->poll(bench.sink);
        CHECK(bench.sink.frames.size() == 1);
    }
    SECTION("open again") {
        bench.sink.on_each = [&] { CHECK(bench.net->open().ok()); };
        bench.net->poll(bench.sink);
        CHECK(bench.sink.frames.size() == 1);
        CHECK(bench.card.available(0) == 256);
        CHECK(bench.card.held(0) == 0);
    }
    SECTION("quiesce") {
        bench.sink.on_each = [&] { bench.net->quiesce(); };
        bench.net->poll(bench.sink);
        CHECK(bench.sink.frames.size() == 1);
        CHECK(bench.card.status() == 0);
        bench.sink.on_each = nullptr;
        REQUIRE(bench.net->resume().ok());
        CHECK(bench.card.available(0) == 256);
    }
}

TEST_CASE("virtio-net: ten thousand frames and every buffer still there", "[virtio]") {
    struct Case {
        fakes::VirtioOptions options;
        u16 buffers;
    };
    auto small = modern();
    small.receive_size = 32;
    const Case cases[] = {
        {modern(), 256}, {legacy(), 256}, {legacy(0), 128}, {modern(0), 256}, {small, 32}};
    for (const Case& one : cases) {
        VirtioBench bench(one.options);
        REQUIRE(bench.open() == Error::none);
        const bool mergeable = (one.options.features & feature::kMergeableBuffers) != 0;
        std::mt19937 random(42);
        std::vector<std::vector<u8>> expected;
        u32 delivered = 0;
        while (delivered < 10'000) {
            const size_t most = mergeable && random() % 4 == 0 ? kSuperFrame : 1514;
            const auto frame = pattern(14 + random() % (most - 13), random());
            if (bench.card.deliver(frame)) {
                ++delivered;
                expected.push_back(frame);
            } else if (expected.empty()) {
                FAIL("no buffers, and nothing to take");
            }
            if (random() % 8 != 0 && !expected.empty() && expected.size() < 40) continue;
            bench.sink.frames.clear();
            bench.net->poll(bench.sink);
            REQUIRE(bench.sink.frames.size() == expected.size());
            for (size_t i = 0; i < expected.size(); ++i) {
                REQUIRE(bench.sink.frames[i].bytes == expected[i]);
            }
            expected.clear();
        }
        bench.net->poll(bench.sink);
        CHECK(bench.card.available(0) == one.buffers);
        CHECK(bench.card.held(0) == 0);
    }
}

TEST_CASE("virtio-net: transmit ring full, then empty again", "[virtio]") {
    for (const auto& options : {modern(), legacy(0)}) {
        VirtioBench bench(options);
        REQUIRE(bench.open() == Error::none);
        bench.card.hold_transmit = true;
        u32 sent = 0;
        while (bench.net->transmit(pattern(100, sent)).ok()) ++sent;
        CHECK(sent == 64);
        CHECK(bench.net->transmit(pattern(100)).error() == Error::busy);
        CHECK_FALSE(bench.net->failed());
        bench.card.process_transmit();
        const auto frames = bench.card.take_sent();
        REQUIRE(frames.size() == sent);
        for (u32 i = 0; i < sent; ++i) CHECK(frames[i] == pattern(100, i));
        bench.card.hold_transmit = false;
        for (u32 i = 0; i < 1000; ++i) REQUIRE(bench.net->transmit(pattern(14 + i, i)).ok());
        CHECK(bench.card.take_sent().size() == 1000);
    }
}

TEST_CASE("virtio-net: frames too short to send", "[virtio]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    CHECK(bench.net->transmit(pattern(13)).error() == Error::invalid_argument);
    CHECK(bench.net->transmit({}).error() == Error::invalid_argument);
    CHECK(bench.net->transmit(pattern(14)).ok());
}

}  // namespace kedge::tests
