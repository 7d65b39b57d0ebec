// Cards that lie. The worst that may happen is a card that is reset, stopped and called broken.
#include <random>

#include "unit/drivers/virtio_bench.h"

namespace kedge::tests {

namespace {

/// The driver has noticed, stopped the card, and can start it again.
void expect_broken(VirtioBench& bench) {
    bench.net->poll(bench.sink);
    CHECK(bench.net->failed());
    CHECK(bench.card.status() == 0);
    CHECK_FALSE(bench.net->link_up());
    CHECK_FALSE(bench.net->transmit(pattern(60)).ok());
    const size_t before = bench.sink.frames.size();
    bench.net->poll(bench.sink);
    CHECK(bench.sink.frames.size() == before);
    bench.net->quiesce();
    CHECK_FALSE(bench.net->resume().ok());

    REQUIRE(bench.net->open().ok());
    CHECK_FALSE(bench.net->failed());
    bench.sink.frames.clear();
    REQUIRE(bench.card.deliver(pattern(60)));
    bench.net->poll(bench.sink);
    CHECK(bench.sink.frames.size() == 1);
}

}  // namespace

TEST_CASE("virtio-net: lies about the number of buffers", "[virtio][hostile]") {
    for (const int claimed : {0, 2, 16, 256, 257, 65535}) {
        CAPTURE(claimed);
        VirtioBench bench;
        REQUIRE(bench.open() == Error::none);
        REQUIRE(bench.card.deliver(pattern(60), {.num_buffers = claimed}));
        expect_broken(bench);
    }
}

TEST_CASE("virtio-net: the count means nothing without mergeable buffers", "[virtio][hostile]") {
    VirtioBench bench(modern(0));
    REQUIRE(bench.open() == Error::none);
    REQUIRE(bench.card.deliver(pattern(60), {.num_buffers = 9}));
    bench.net->poll(bench.sink);
    CHECK(bench.sink.frames.size() == 1);
}

TEST_CASE("virtio-net: lies about ids", "[virtio][hostile]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    const auto chain = bench.card.pop(0);
    store_le<u16>(chain.parts[0].subspan(10), u16{1});
    SECTION("out of range") {
        for (const u32 id : {256u, 65536u, 0xffffffffu}) {
            bench.card.put_used(0, id, 72);
            bench.card.publish_used(0);
            expect_broken(bench);
        }
    }
    SECTION("twice") {
        bench.card.put_used(0, chain.head, 72);
        bench.card.put_used(0, chain.head, 72);
        bench.card.publish_used(0);
        expect_broken(bench);
    }
    SECTION("twice within one frame") {
        store_le<u16>(chain.parts[0].subspan(10), u16{2});
        bench.card.put_used(0, chain.head, 72);
        bench.card.put_used(0, chain.head, 72);
        bench.card.publish_used(0);
        expect_broken(bench);
    }
}

TEST_CASE("virtio-net: the second half of a split buffer is no buffer", "[virtio][hostile]") {
    VirtioBench bench(legacy(0));
    REQUIRE(bench.open() == Error::none);
    bench.card.put_used(0, 1, 70);
    bench.card.publish_used(0);
    expect_broken(bench);
}

TEST_CASE("virtio-net: lies about lengths", "[virtio][hostile]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    for (const u32 length : {0u, 1u, 11u, 4097u, 65536u, 0xffffffffu}) {
        CAPTURE(length);
        const auto chain = bench.card.pop(0);
        store_le<u16>(chain.parts[0].subspan(10), u16{1});
        bench.card.put_used(0, chain.head, length);
        bench.card.publish_used(0);
        expect_broken(bench);
    }
    // Just possible: a header and nothing behind it.
    const auto chain = bench.card.pop(0);
    store_le<u16>(chain.parts[0].subspan(10), u16{1});
    bench.card.put_used(0, chain.head, 12);
    bench.card.publish_used(0);
    bench.net->poll(bench.sink);
    CHECK_FALSE(bench.net->failed());
}

TEST_CASE("virtio-net: a later buffer of a frame too long", "[virtio][hostile]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    const auto first = bench.card.pop(0);
    const auto second = bench.card.pop(0);
    store_le<u16>(first.parts[0].subspan(10), u16{2});
    bench.card.put_used(0, first.head, 4096);
    bench.card.put_used(0, second.head, 4097);
    bench.card.publish_used(0);
    expect_broken(bench);
}

TEST_CASE("virtio-net: used index that jumps", "[virtio][hostile]") {
    for (const u16 index : {u16{257}, u16{1000}, u16{32768}, u16{65535}}) {
        CAPTURE(index);
        VirtioBench bench;
        REQUIRE(bench.open() == Error::none);
        bench.card.set_used_index(0, index);
        expect_broken(bench);
    }
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    for (int i = 0; i < 5; ++i) REQUIRE(bench.card.deliver(pattern(60)));
    bench.net->poll(bench.sink);
    bench.card.set_used_index(0, 4);  // back
    expect_broken(bench);
}

TEST_CASE("virtio-net: a lying transmit ring", "[virtio][hostile]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    bench.card.hold_transmit = true;
    REQUIRE(bench.net->transmit(pattern(60)).ok());
    SECTION("index") { bench.card.set_used_index(1, 2); }
    SECTION("id out of range") {
        bench.card.put_used(1, 5000, 0);
        bench.card.publish_used(1);
    }
    SECTION("id never offered") {
        bench.card.put_used(1, 3, 0);
        bench.card.publish_used(1);
    }
    CHECK(bench.net->transmit(pattern(60)).error() == Error::io);
    bench.card.hold_transmit = false;
    expect_broken(bench);
}

TEST_CASE("virtio-net: transmit ring breaks while a frame is being handed over",
          "[virtio][hostile]") {
    VirtioBench bench;
    REQUIRE(bench.open() == Error::none);
    REQUIRE(bench.card.deliver(pattern(60)));
    REQUIRE(bench.card.deliver(pattern(60)));
    bench.sink.on_each = [&] {
        bench.card.set_used_index(1, 7);
        CHECK(bench.net->transmit(pattern(60)).error() == Error::io);
    };
    bench.net->poll(bench.sink);
    bench.sink.on_each = nullptr;
    CHECK(bench.sink.frames.size() == 1);
    expect_broken(bench);
}

TEST_CASE("virtio-net: rings full of noise", "[virtio][hostile]") {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        VirtioBench bench(round % 2 == 0 ? modern() : legacy());
        REQUIRE(bench.open() == Error::none);
        for (int step = 0; step < 20 && !bench.net->failed(); ++step) {
            for (int i = 0; i < 8; ++i) {
                const auto chain = bench.card.pop(0);
                if (chain.parts.empty()) break;
                for (u8& byte : chain.parts[0].first(64)) byte = static_cast<u8>(random());
                store_le<u16>(chain.parts[0].subspan(10), static_cast<u16>(random() % 4));
                const u32 id = random() % 16 == 0 ? random() % 300 : chain.head;
                bench.card.put_used(0, id, random() % 4200);
            }
            bench.card.publish_used(0);
            bench.net->poll(bench.sink);
        }
        // An honest reset is all it takes.
        REQUIRE(bench.net->open().ok());
        bench.card.violations.clear();  // the noise confused the card's own book-keeping
    }
}

TEST_CASE("virtio-net: a card without what it needs", "[virtio][hostile]") {
    SECTION("neither capabilities nor ports") {
        auto options = modern();
        options.add_capabilities = false;
        VirtioBench bench(options);
        CHECK(bench.create() == Error::not_supported);
    }
    SECTION("one block missing") {
        for (const u8 missing : {1, 2}) {
            auto options = modern();
            options.add_capabilities = false;
            VirtioBench bench(options);
            if (missing != 1) bench.card.add_block(1, 4, 0, 0x1000);
            if (missing != 2) bench.card.add_block(2, 4, 0x3000, 0x1000, 4);
            bench.card.add_block(4, 4, 0x2000, 0x1000);
            CHECK(bench.create() == Error::not_supported);
        }
    }
    SECTION("blocks that cannot be come before those that can") {
        auto options = modern();
        options.add_capabilities = false;
        VirtioBench bench(options);
        bench.card.add_block(1, 6, 0, 0x1000);            // no such BAR number
        bench.card.add_block(1, 5, 0, 0x1000);            // the upper half of BAR 4
        bench.card.add_block(1, 4, 0x3fff'f000, 0x1000);  // outside of it
        bench.card.add_block(1, 4, 0xffff'ffff, 0xffff'ffff);
        bench.card.add_block(1, 4, 0, 0x37);  // too short
        bench.card.add_blocks();
        CHECK(bench.open() == Error::none);
    }
    SECTION("capability list in a circle") {
        auto options = modern();
        options.add_capabilities = false;
        VirtioBench bench(options);
        const u8 first = bench.card.add_block(9, 4, 0, 0x1000);
        const u8 second = bench.card.add_block(9, 4, 0, 0x1000);
        bench.card.function.poke8(static_cast<u16>(second + 1), first);
        CHECK(bench.create() == Error::not_supported);
    }
    SECTION("a transitional card with broken blocks still works as a legacy one") {
        VirtioBench bench({.modern = false, .legacy = true, .features = kQemuFeatures});
        bench.card.add_block(1, 4, 0, 8);
        CHECK(bench.open() == Error::none);
    }
    SECTION("no memory for page tables") {
        VirtioBench bench;
        bench.mapper.out_of_memory = true;
        CHECK(bench.create() == Error::no_memory);
    }
    SECTION("queues missing") {
        for (const bool receive : {true, false}) {
            auto options = modern();
            (receive ? options.receive_size : options.transmit_size) = 0;
            VirtioBench bench(options);
            CHECK(bench.open() == Error::not_found);
            CHECK(bench.dma.live() == 0);
        }
    }
    SECTION("legacy queue size that cannot be") {
        auto options = legacy();
        options.receive_size = 100;
        VirtioBench bench(options);
        CHECK(bench.open() == Error::io);
    }
    SECTION("doorbell outside of its block") {
        auto options = modern();
        options.notify_multiplier = 0xfff0;
        VirtioBench bench(options);
        CHECK(bench.open() == Error::io);
        CHECK(bench.dma.live() == 0);
    }
    SECTION("one doorbell for all queues") {
        auto options = modern();
        options.notify_multiplier = 0;
        VirtioBench bench(options);
        REQUIRE(bench.open() == Error::none);
        CHECK(bench.net->transmit(pattern(60)).ok());
        CHECK(bench.card.take_sent().size() == 1);
    }
    SECTION("a status that is never clean") {
        VirtioBench bench;
        bench.card.extra_status = 0x40;
        CHECK(bench.open() == Error::timed_out);
    }
}

}  // namespace kedge::tests
