// The life of an e1000 card, and cards that lie.
#include <random>

#include "drivers/e1000.h"
#include "drivers/net/e1000_rings.h"
#include "fakes/clock.h"
#include "fakes/e1000_device.h"
#include "unit/drivers/card_bench.h"

namespace kedge::tests {

namespace {

constexpr u16 kRing = e1000::ReceiveRing::kEntries;
constexpr u16 kBatch = e1000::ReceiveRing::kBatch;
constexpr u32 kRctl = 0x100, kTctl = 0x400;

struct E1000Bench {
    explicit E1000Bench(fakes::E1000Options options = {}) : card(dma, bus, mapper, options) {}
    ~E1000Bench() {
        net.reset();
        CHECK(dma.live() == leaked);
        CHECK(card.violations == std::vector<std::string>{});
        if (!card.gone && !card.never_disables) CHECK(card.reg(kRctl) == 0);
        CHECK_FALSE(card.function.bus_master());
    }

    Error create() {
        const pci::Function function(bus, card.options.at);
        auto made = e1000::kDriver.create(function, {dma, mapper, clock});
        if (!made.ok()) return made.error();
        net = std::move(made).value();
        return Error::none;
    }
    Error open() {
        const Error error = create();
        return error != Error::none ? error : net->open().error();
    }
    size_t receive() {
        sink.frames.clear();
        net->poll(sink);
        return sink.frames.size();
    }
    /// The driver has noticed and stopped the card; it can be started again.
    void expect_broken() {
        net->poll(sink);
        CHECK(net->failed());
        CHECK_FALSE(card.receives());
        CHECK_FALSE(card.transmits());
        CHECK_FALSE(net->transmit(pattern(60)).ok());
        CHECK(receive() == 0);
        net->quiesce();
        CHECK_FALSE(net->resume().ok());
        REQUIRE(net->open().ok());
        CHECK_FALSE(net->failed());
        REQUIRE(card.deliver(pattern(60)));
        CHECK(receive() == 1);
    }

    arch::host::Cpu cpu;
    fakes::Clock clock;
    fakes::Dma dma;
    fakes::PciBus bus;
    fakes::MmioMapper mapper;
    fakes::E1000Device card;
    Collector sink;
    Unique<net::NetDevice> net;
    size_t leaked = 0;
};

fakes::E1000Options qemu() { return {.ignores_reset = true}; }

}  // namespace

TEST_CASE("e1000: there and back", "[e1000]") {
    for (const bool ignores_reset : {false, true}) {
        E1000Bench bench({.ignores_reset = ignores_reset});
        REQUIRE(bench.create() == Error::none);
        CHECK(bench.net->chip() == "82540em");
        CHECK(bench.net->mac() == bench.card.options.mac);
        CHECK_FALSE(bench.net->link_up());
        CHECK_FALSE(bench.card.receives());
        REQUIRE(bench.net->open().ok());
        CHECK(bench.net->link_up());
        CHECK(bench.card.available() == kRing - 1);

        for (const size_t size : {14u, 60u, 1514u, 1518u, 2048u}) {
            const auto in = pattern(size);
            REQUIRE(bench.card.deliver(in));
            REQUIRE(bench.receive() == 1);
            CHECK(bench.sink.frames[0].bytes == in);
            CHECK(bench.sink.frames[0].checksum == net::Checksum::unknown);
        }
        for (const size_t size : {60u, 1514u, 1518u}) {
            REQUIRE(bench.net->transmit(pattern(size, 7)).ok());
            CHECK(bench.card.take_sent() == std::vector<std::vector<u8>>{pattern(size, 7)});
        }
        bench.net->close();
        CHECK(bench.dma.live() == 0);
        CHECK(bench.card.reg(kTctl) == 0);
    }
}

TEST_CASE("e1000: frames that cannot be sent", "[e1000]") {
    E1000Bench bench;
    REQUIRE(bench.create() == Error::none);
    CHECK(bench.net->transmit(pattern(60)).error() == Error::not_connected);
    REQUIRE(bench.net->open().ok());
    CHECK(bench.net->transmit(pattern(13)).error() == Error::invalid_argument);
    CHECK(bench.net->transmit(pattern(1519)).error() == Error::too_large);
    // Padded with zeros, whatever the slot held before.
    for (int i = 0; i < e1000::TransmitRing::kEntries; ++i) {
        REQUIRE(bench.net->transmit(std::vector<u8>(100, 0xff)).ok());
    }
    bench.card.take_sent();
    REQUIRE(bench.net->transmit(pattern(14)).ok());
    auto padded = pattern(14);
    padded.resize(60);
    CHECK(bench.card.take_sent() == std::vector<std::vector<u8>>{padded});
}

TEST_CASE("e1000: transmit slots run out and come back", "[e1000]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    bench.card.hold_transmit = true;
    for (int round = 0; round < 3; ++round) {
        for (u32 i = 0; i < e1000::TransmitRing::kEntries - 1; ++i) {
            REQUIRE(bench.net->transmit(pattern(60, i)).ok());
        }
        CHECK(bench.net->transmit(pattern(60)).error() == Error::busy);
        bench.card.process_transmit();
        const auto sent = bench.card.take_sent();
        REQUIRE(sent.size() == e1000::TransmitRing::kEntries - 1);
        for (u32 i = 0; i < sent.size(); ++i) CHECK(sent[i] == pattern(60, i));
    }
}

TEST_CASE("e1000: few register accesses", "[e1000]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    const u32 reads = bench.card.reads;
    const u32 tails = bench.card.receive_tail_writes;
    for (u32 i = 0; i < 10 * kRing; ++i) {
        REQUIRE(bench.card.deliver(pattern(64, i)));
        REQUIRE(bench.receive() == 1);
        CHECK(bench.sink.frames[0].bytes == pattern(64, i));
    }
    CHECK(bench.card.reads == reads);
    CHECK(bench.card.receive_tail_writes - tails == 10 * kRing / kBatch);
    CHECK(bench.card.available() >= kRing - 1 - kBatch);
}

TEST_CASE("e1000: a full ring is taken in one poll", "[e1000]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    u32 delivered = 0;
    while (bench.card.deliver(pattern(64, delivered))) ++delivered;
    CHECK(delivered == kRing - 1);
    CHECK(bench.receive() == delivered);
    for (u32 i = 0; i < delivered; ++i) CHECK(bench.sink.frames[i].bytes == pattern(64, i));
    CHECK(bench.card.available() >= kRing - 1 - kBatch);
}

TEST_CASE("e1000: what the card says about checksums", "[e1000]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    CHECK(bench.card.reg(0x5000) == 0x300);
    const auto state = [&](u8 status, u8 errors) {
        REQUIRE(bench.card.deliver(pattern(100), {.status = status, .errors = errors}));
        REQUIRE(bench.receive() == 1);
        return bench.sink.frames[0].checksum;
    };
    CHECK(state(0x23, 0) == net::Checksum::verified);
    CHECK(state(0x63, 0) == net::Checksum::verified);
    CHECK(state(0x27, 0) == net::Checksum::unknown);     // IXSM: to be ignored
    CHECK(state(0x43, 0) == net::Checksum::unknown);     // only the IP header
    CHECK(state(0x23, 0x20) == net::Checksum::unknown);  // wrong: the stack will see
    CHECK(state(0x03, 0) == net::Checksum::unknown);
}

TEST_CASE("e1000: QEMU's second of silence begins once", "[e1000]") {
    E1000Bench bench(qemu());
    REQUIRE(bench.create() == Error::none);
    CHECK(bench.card.rctl_writes == 1);
    REQUIRE(bench.net->open().ok());
    CHECK(bench.card.rctl_writes == 1);
    CHECK(bench.card.receives());
}

TEST_CASE("e1000: somebody left it running", "[e1000]") {
    for (const bool ignores_reset : {false, true}) {
        E1000Bench bench({.ignores_reset = ignores_reset});
        bench.card.mmio_write(0x2808, 4, 0);
        bench.card.mmio_write(kRctl, 4, 0x8002);
        bench.card.function.write(4, 2, 7);
        REQUIRE(bench.create() == Error::none);
        CHECK_FALSE(bench.card.receives());
        CHECK(bench.card.reg(kRctl) == 0x8002);
        REQUIRE(bench.net->open().ok());
        REQUIRE(bench.card.deliver(pattern(60)));
        CHECK(bench.receive() == 1);
    }
}

TEST_CASE("e1000: address", "[e1000]") {
    const auto address_of = [](const fakes::E1000Options& options) {
        E1000Bench bench(options);
        REQUIRE(bench.create() == Error::none);
        const net::MacAddress mac = bench.net->mac();
        REQUIRE(bench.net->open().ok());
        CHECK(bench.net->mac() == mac);
        CHECK(bench.card.reg(0x5400) == load_le<u32>(Bytes(mac.bytes).first(4)));
        CHECK(bench.card.reg(0x5404) == (load_le<u16>(Bytes(mac.bytes).subspan(4)) | 0x80000000u));
        return mac;
    };
    const net::MacAddress own = fakes::E1000Options{}.mac;
    CHECK(address_of({}) == own);
    CHECK(address_of({.address_valid = false}) == own);
    CHECK(address_of(
              {.device = 0x10d3, .address_valid = false, .eeprom_shift = 2, .eeprom_done = 1}) ==
          own);
    net::MacAddress second = own;
    second.bytes[5] ^= 1;
    CHECK(address_of({.address_valid = false, .at = {.device = 3, .function = 1}}) == second);
    // No EEPROM that answers, none at all, and addresses that cannot be: made up.
    for (const fakes::E1000Options& options :
         {fakes::E1000Options{.address_valid = false, .has_eeprom = false},
          fakes::E1000Options{.device = 0x1004, .address_valid = false},
          fakes::E1000Options{.mac = net::MacAddress::broadcast()},
          fakes::E1000Options{.mac = {}}}) {
        const net::MacAddress mac = address_of(options);
        CHECK((mac.bytes[0] & 3) == 2);
    }
}

TEST_CASE("e1000: link", "[e1000]") {
    E1000Bench bench;
    bench.card.link = false;
    REQUIRE(bench.open() == Error::none);
    CHECK_FALSE(bench.net->link_up());
    bench.card.link = true;
    CHECK(bench.net->link_up());
}

TEST_CASE("e1000: quiesce and resume", "[e1000]") {
    for (const bool ignores_reset : {false, true}) {
        E1000Bench bench({.ignores_reset = ignores_reset});
        REQUIRE(bench.open() == Error::none);
        REQUIRE(bench.card.deliver(pattern(100)));
        const size_t live = bench.dma.live();
        const Instant time = bench.clock.peek();
        const u64 config_accesses = bench.bus.accesses;

        bench.net->quiesce();
        CHECK(bench.card.reg(kRctl) == 0);
        CHECK(bench.card.reg(kTctl) == 0);
        bench.net->quiesce();
        CHECK(bench.clock.peek() == time);  // no service of the platform was asked
        CHECK(bench.bus.accesses == config_accesses);
        CHECK(bench.dma.live() == live);
        CHECK(bench.receive() == 0);
        CHECK_FALSE(bench.net->transmit(pattern(60)).ok());

        REQUIRE(bench.net->resume().ok());
        REQUIRE(bench.net->resume().ok());
        CHECK(bench.dma.live() == live);
        REQUIRE(bench.card.deliver(pattern(900, 5)));
        REQUIRE(bench.receive() == 1);  // the frame from before is gone
        CHECK(bench.sink.frames[0].bytes == pattern(900, 5));
        CHECK(bench.net->transmit(pattern(60)).ok());
        CHECK(bench.card.take_sent().size() == 1);

        bench.net->quiesce();
        bench.net->close();
        CHECK(bench.dma.live() == 0);
        CHECK_FALSE(bench.net->resume().ok());
    }
}

TEST_CASE("e1000: a card nobody opened is silenced too", "[e1000]") {
    E1000Bench bench(qemu());
    REQUIRE(bench.create() == Error::none);
    CHECK(bench.card.reg(kRctl) != 0);
    SECTION("by quiesce") { bench.net->quiesce(); }
    SECTION("by close") { bench.net->close(); }
    CHECK(bench.card.reg(kRctl) == 0);
    CHECK(bench.net->open().ok());
}

TEST_CASE("e1000: closing twice, opening twice", "[e1000]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    bench.net->close();
    const u32 resets = bench.card.resets;
    bench.net->close();
    CHECK(bench.card.resets == resets);
    CHECK(bench.net->open().ok());
    CHECK(bench.net->open().ok());
    CHECK(bench.card.receives());
}

TEST_CASE("e1000: the sink closes or reopens the device", "[e1000]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    for (int i = 0; i < 5; ++i) REQUIRE(bench.card.deliver(pattern(60)));
    SECTION("closes") {
        bench.sink.on_each = [&] { bench.net->close(); };
        CHECK(bench.receive() == 1);
        CHECK(bench.dma.live() == 0);
    }
    SECTION("reopens") {
        bench.sink.on_each = [&] { CHECK(bench.net->open().ok()); };
        CHECK(bench.receive() == 1);
        bench.sink.on_each = nullptr;
        REQUIRE(bench.card.deliver(pattern(60)));
        CHECK(bench.receive() == 1);
    }
    SECTION("quiesces") {
        bench.sink.on_each = [&] { bench.net->quiesce(); };
        CHECK(bench.receive() == 1);
        CHECK(bench.net->resume().ok());
    }
    bench.sink.on_each = nullptr;
}

TEST_CASE("e1000: memory runs out", "[e1000]") {
    for (size_t allowed = 0; allowed < 2; ++allowed) {
        E1000Bench bench;
        bench.dma.remaining = allowed;
        CHECK(bench.open() == Error::no_memory);
        CHECK(bench.dma.live() == 0);
        bench.dma.remaining = SIZE_MAX;
        CHECK(bench.net->open().ok());
    }
    E1000Bench bench;
    bench.mapper.out_of_memory = true;
    CHECK(bench.create() == Error::no_memory);
}

TEST_CASE("e1000: frames the card calls bad are dropped", "[e1000][hostile]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    for (const u8 error : {0x01, 0x02, 0x04, 0x10, 0x80}) {
        REQUIRE(bench.card.deliver(pattern(60), {.errors = static_cast<u8>(error)}));
    }
    for (const size_t size : {0u, 1u, 13u}) REQUIRE(bench.card.deliver(pattern(size)));
    REQUIRE(bench.card.deliver(pattern(60)));
    CHECK(bench.receive() == 1);
    CHECK_FALSE(bench.net->failed());
}

TEST_CASE("e1000: a frame over several buffers is dropped whole", "[e1000][hostile]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    REQUIRE(bench.card.deliver(pattern(2048), {.status = 1}));
    CHECK(bench.receive() == 0);
    REQUIRE(bench.card.deliver(pattern(2048), {.status = 1}));
    REQUIRE(bench.card.deliver(pattern(100)));  // its end
    REQUIRE(bench.card.deliver(pattern(60)));
    CHECK(bench.receive() == 1);
    CHECK(bench.sink.frames[0].bytes == pattern(60));
}

TEST_CASE("e1000: lengths beyond the buffer", "[e1000][hostile]") {
    for (const u16 length : {u16{2049}, u16{4096}, u16{65535}}) {
        E1000Bench bench;
        REQUIRE(bench.open() == Error::none);
        REQUIRE(bench.card.deliver(pattern(60), {.length = length}));
        bench.expect_broken();
    }
}

TEST_CASE("e1000: every descriptor done at once, for ever", "[e1000][hostile]") {
    E1000Bench bench;
    REQUIRE(bench.open() == Error::none);
    for (u16 i = 0; i < kRing; ++i) bench.card.scribble(i, u64{7} << 32 | 60);
    CHECK(bench.receive() == kRing);
    CHECK(bench.receive() == 0);
    // A card that marks each as done again as soon as it is ours.
    bench.sink.on_each = [&] {
        for (u16 i = 0; i < kRing; ++i) bench.card.scribble(i, u64{7} << 32 | 60);
    };
    bench.card.scribble(0, u64{7} << 32 | 60);
    CHECK(bench.receive() <= kRing);
    bench.sink.on_each = nullptr;
}

TEST_CASE("e1000: rings full of noise", "[e1000][hostile]") {
    std::mt19937_64 random(11);
    for (int round = 0; round < 60; ++round) {
        E1000Bench bench;
        REQUIRE(bench.open() == Error::none);
        for (int step = 0; step < 20 && !bench.net->failed(); ++step) {
            for (int i = 0; i < 64; ++i) {
                const u64 noise = random();
                const u64 length = random() % 32 == 0 ? noise & 0xffff : noise % 2049;
                bench.card.scribble(static_cast<u16>(random() % kRing),
                                    (noise & ~u64{0xffff}) | length);
            }
            bench.net->poll(bench.sink);
        }
        REQUIRE(bench.net->open().ok());
        REQUIRE(bench.card.deliver(pattern(60)));
        CHECK(bench.receive() == 1);
    }
}

TEST_CASE("e1000: a card that disappears", "[e1000][hostile]") {
    E1000Bench bench;
    SECTION("before it is opened") {
        REQUIRE(bench.create() == Error::none);
        bench.card.gone = true;
        const Instant start = bench.clock.peek();
        CHECK(bench.net->open().error() == Error::io);
        CHECK((bench.clock.peek() - start).ms() < 1000);
        bench.leaked = 2;  // nothing says that it has stopped
    }
    SECTION("before it is looked at") {
        bench.card.gone = true;
        REQUIRE(bench.create() == Error::none);
        CHECK((bench.net->mac().bytes[0] & 3) == 2);
    }
    SECTION("while it runs") {
        REQUIRE(bench.open() == Error::none);
        bench.card.gone = true;
        CHECK(bench.receive() == 0);
        CHECK(bench.net->transmit(pattern(60)).ok());
        bench.net->quiesce();
        CHECK(bench.net->resume().error() == Error::io);
        CHECK(bench.net->failed());
        bench.leaked = 2;
    }
    SECTION("but for its DMA") {
        bench.card.options.ignores_reset = true;
        REQUIRE(bench.open() == Error::none);
        bench.card.never_disables = true;
        bench.leaked = 2;
        bench.net->close();
        CHECK(bench.dma.live() == 2);
    }
}

TEST_CASE("e1000: no registers to speak of", "[e1000][hostile]") {
    arch::host::Cpu cpu;
    fakes::Clock clock;
    fakes::Dma dma;
    fakes::PciBus bus;
    fakes::MmioMapper mapper;
    fakes::PciFunction function(0x8086, 0x100e);
    SECTION("none") {}
    SECTION("too few") { function.set_memory_bar(0, 0xfe000000, 0x4000, false); }
    SECTION("not placed") { function.set_memory_bar(0, 0, 0x20000, false); }
    bus.add({}, function);
    CHECK_FALSE(e1000::kDriver.create(pci::Function(bus, {}), {dma, mapper, clock}).ok());
}

TEST_CASE("e1000: what the driver table matches", "[e1000]") {
    const auto matches = [](u16 vendor, u16 device) {
        fakes::PciBus bus;
        fakes::PciFunction card(vendor, device);
        bus.add({}, card);
        return e1000::kDriver.matches(pci::Function(bus, {}));
    };
    for (const u16 device : {0x1004, 0x100c, 0x100e, 0x100f, 0x10d3}) {
        CHECK(matches(0x8086, device));
    }
    CHECK_FALSE(matches(0x8086, 0x1000));  // 82542: other registers
    CHECK_FALSE(matches(0x8086, 0x10c9));  // 82576: other rings
    CHECK_FALSE(matches(0x1af4, 0x100e));
}

}  // namespace kedge::tests
