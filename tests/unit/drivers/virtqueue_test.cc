// The split ring by itself: layout, order of publication, wrap-around, and limits.
#include <catch2/catch.hpp>

#include "base/endian.h"
#include "drivers/bus/virtqueue.h"
#include "fakes/dma.h"

namespace kedge::tests {

using virtio::Virtqueue;

TEST_CASE("virtqueue: layout", "[virtio]") {
    fakes::Dma dma;
    Virtqueue ring;
    REQUIRE(ring.allocate(dma, 256).ok());
    CHECK(ring.descriptor_address() % 4096 == 0);
    CHECK(ring.available_address() == ring.descriptor_address() + 4096);
    CHECK(ring.used_address() == ring.descriptor_address() + 8192);
    ring.set_descriptor(255, 0x1122334455667788, 0x99aabbcc, 3, 7);
    const MutableBytes descriptor = dma.at(ring.descriptor_address() + 255 * 16, 16);
    CHECK(load_le<u64>(descriptor) == 0x1122334455667788);
    CHECK(load_le<u32>(descriptor.subspan(8)) == 0x99aabbcc);
    CHECK(load_le<u16>(descriptor.subspan(12)) == 3);
    CHECK(load_le<u16>(descriptor.subspan(14)) == 7);
    // The last used element is inside.
    dma.at(ring.used_address() + 4 + 255 * 8, 8);
    ring.release(dma);
    CHECK(dma.live() == 0);
    ring.release(dma);
}

TEST_CASE("virtqueue: sizes", "[virtio]") {
    fakes::Dma dma;
    Virtqueue ring;
    for (const u16 size : {0, 3, 100, 65535}) {
        CHECK(ring.allocate(dma, static_cast<u16>(size)).error() == Error::invalid_argument);
    }
    for (const u16 size : {1, 2, 32768}) {
        REQUIRE(ring.allocate(dma, size).ok());
        dma.at(ring.used_address(), 6 + 8u * size);
        ring.release(dma);
    }
    dma.remaining = 0;
    CHECK(ring.allocate(dma, 16).error() == Error::no_memory);
    CHECK_FALSE(ring.allocated());
}

TEST_CASE("virtqueue: goes round many times", "[virtio]") {
    fakes::Dma dma;
    Virtqueue ring;
    REQUIRE(ring.allocate(dma, 4).ok());
    u16 device_seen = 0;
    Virtqueue::Used used;
    for (u32 i = 0; i < 200'000; ++i) {
        const u16 head = static_cast<u16>(i % 4);
        ring.offer(head);
        const MutableBytes available = dma.at(ring.available_address(), 4 + 8);
        REQUIRE(load_le<u16>(available.subspan(2)) == device_seen);  // not before publish()
        REQUIRE(ring.publish());
        REQUIRE_FALSE(ring.publish());
        REQUIRE(ring.take(used) == Virtqueue::Take::nothing);
        REQUIRE(load_le<u16>(available.subspan(4 + 2 * (device_seen % 4))) == head);
        const MutableBytes ring_used = dma.at(ring.used_address(), 4 + 32);
        store_le<u32>(ring_used.subspan(4 + 8 * (device_seen % 4)), u32{head});
        store_le<u32>(ring_used.subspan(8 + 8 * (device_seen % 4)), i);
        store_le<u16>(ring_used.subspan(2), ++device_seen);
        REQUIRE(ring.take(used) == Virtqueue::Take::taken);
        REQUIRE(used.head == head);
        REQUIRE(used.length == i);
    }
    CHECK(ring.outstanding() == 0);
    ring.release(dma);
}

TEST_CASE("virtqueue: starts clean, with interrupts off", "[virtio]") {
    fakes::Dma dma;
    Virtqueue ring;
    REQUIRE(ring.allocate(dma, 8).ok());
    for (int round = 0; round < 2; ++round) {
        CHECK(load_le<u16>(dma.at(ring.available_address(), 2)) == 1);
        CHECK(load_le<u16>(dma.at(ring.available_address() + 2, 2)) == 0);
        CHECK(load_le<u16>(dma.at(ring.used_address() + 2, 2)) == 0);
        CHECK(ring.outstanding() == 0);
        ring.offer(5);
        ring.publish();
        store_le<u16>(dma.at(ring.used_address() + 2, 2), 77);
        ring.clear();
    }
    ring.release(dma);
}

TEST_CASE("virtqueue: an index beyond what is out there voids all it covers", "[virtio][hostile]") {
    fakes::Dma dma;
    Virtqueue ring;
    REQUIRE(ring.allocate(dma, 8).ok());
    for (u16 head = 0; head < 3; ++head) ring.offer(head);
    ring.publish();
    for (u32 i = 0; i < 3; ++i) store_le<u32>(dma.at(ring.used_address() + 4 + 8 * i, 4), u32{i});
    Virtqueue::Used used;
    store_le<u16>(dma.at(ring.used_address() + 2, 2), u16{4});
    CHECK(ring.take(used) == Virtqueue::Take::broken);
    store_le<u16>(dma.at(ring.used_address() + 2, 2), u16{3});
    CHECK(ring.take(used) == Virtqueue::Take::taken);
    ring.release(dma);
}

TEST_CASE("virtqueue: only what was published can come back", "[virtio][hostile]") {
    fakes::Dma dma;
    Virtqueue ring;
    REQUIRE(ring.allocate(dma, 8).ok());
    ring.offer(0);
    ring.publish();
    ring.offer(1);
    store_le<u32>(dma.at(ring.used_address() + 4, 4), u32{1});
    store_le<u16>(dma.at(ring.used_address() + 2, 2), u16{1});
    Virtqueue::Used used;
    CHECK(ring.take(used) == Virtqueue::Take::broken);
    ring.release(dma);
}

TEST_CASE("virtqueue: contracts", "[virtio]") {
    fakes::Dma dma;
    Virtqueue ring;
    REQUIRE(ring.allocate(dma, 4).ok());
    ring.offer(1);
    CHECK_THROWS(ring.offer(1));
    CHECK_THROWS(ring.offer(4));
    CHECK_THROWS(ring.set_descriptor(4, 0, 0, 0));
    CHECK_THROWS(IGNORE_RESULT(ring.allocate(dma, 4)));
    ring.release(dma);
}

}  // namespace kedge::tests
