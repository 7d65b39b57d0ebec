// PCI: ports, enumeration, BARs, capabilities, regions; sane and hostile.
#include <catch2/catch.hpp>
#include <string>

#include "bus/pci.h"
#include "fakes/pci_bus.h"

namespace kedge::tests {

namespace {

/// The host bridge behind CF8/CFC.
class ConfigPorts final : public arch::host::PortModel {
  public:
    explicit ConfigPorts(fakes::PciBus& bus) : bus_(bus) {}

    u32 in(u16 port, u8 width) override {
        return bus_.read(address(), static_cast<u16>(offset(port)), width);
    }
    void out(u16 port, u8 width, u32 value) override {
        if (port == 0xcf8 && width == 4) {
            selector = value;
            return;
        }
        bus_.write(address(), static_cast<u16>(offset(port)), width, value);
    }
    u32 selector = 0;

  private:
    u32 offset(u16 port) const { return (selector & 0xfc) + (port - 0xcfcu); }
    pci::Address address() const {
        REQUIRE((selector >> 31) == 1);
        return {.bus = static_cast<u8>(selector >> 16),
                .device = static_cast<u8>(selector >> 11 & 31),
                .function = static_cast<u8>(selector >> 8 & 7)};
    }
    fakes::PciBus& bus_;
};

class Visited final : public pci::FunctionSink {
  public:
    void on_function(const pci::Function& function) override {
        Text<32> text("{}", function.address());
        list.emplace_back(text.view().data(), text.size());
    }
    std::vector<std::string> list;
};

class CountingRegisters final : public arch::host::MmioModel, public arch::host::PortModel {
  public:
    u32 mmio_read(u64 offset, u8 width) override { return read(offset, width); }
    void mmio_write(u64 offset, u8 width, u32) override { written.push_back({offset, width}); }
    u32 in(u16 port, u8 width) override { return read(port, width); }
    void out(u16 port, u8 width, u32) override { written.push_back({port, width}); }
    u32 read(u64 offset, u8 width) {
        ++reads;
        return static_cast<u32>(offset << 8 | width);
    }
    u32 reads = 0;
    std::vector<std::pair<u64, u8>> written;
};

struct Card {
    Card() { bus.add({}, card); }
    pci::Function function() { return pci::Function(bus, {}); }
    fakes::PciBus bus;
    fakes::PciFunction card{0x1af4, 0x1041};
    fakes::MmioMapper mapper;
};

}  // namespace

TEST_CASE("pci: mechanism 1", "[pci]") {
    fakes::PciBus bus;
    fakes::PciFunction card(0x1234, 0x5678);
    bus.add({.bus = 0xab, .device = 31, .function = 7}, card);
    ConfigPorts ports(bus);
    arch::host::PortRange address(ports, 0xcf8, 4);
    arch::host::PortRange data(ports, 0xcfc, 4);
    pci::PortConfigAccess config;
    const pci::Address at{.bus = 0xab, .device = 31, .function = 7};

    CHECK(config.read(at, 0, 4) == 0x56781234);
    CHECK(config.read(at, 2, 2) == 0x5678);
    CHECK(config.read(at, 3, 1) == 0x56);
    CHECK(ports.selector == 0x80abff00);
    config.write(at, 0x42, 2, 0xbeef);
    config.write(at, 0x41, 1, 0x77);
    CHECK(card.read(0x40, 4) == 0xbeef7700);
    config.write(at, 0x44, 4, 0x01020304);
    CHECK(card.read(0x44, 4) == 0x01020304);

    // What cannot be expressed must not become an access to something else.
    const u32 before = ports.selector;
    const u64 accesses = bus.accesses;
    CHECK(config.read({.segment = 1, .bus = 0xab, .device = 31}, 0, 4) == 0xffffffff);
    CHECK(config.read({.device = 32}, 0, 4) == 0xffffffff);
    CHECK(config.read({.function = 8}, 0, 4) == 0xffffffff);
    CHECK(config.read(at, 256, 1) == 0xffffffff);
    CHECK(config.read(at, 3, 2) == 0xffffffff);
    CHECK(config.read(at, 2, 4) == 0xffffffff);
    CHECK(config.read(at, 0, 3) == 0xffffffff);
    config.write(at, 0x43, 2, 0);
    config.write({.device = 32}, 0x40, 4, 0);
    CHECK(ports.selector == before);
    CHECK(bus.accesses == accesses);
}

TEST_CASE("pci: every function of every bus, lowest address first", "[pci]") {
    fakes::PciBus bus;
    fakes::PciFunction single(1, 1), multi(1, 2), second(1, 3), hidden(1, 4), orphan(1, 5),
        far(1, 6), root(1, 7), zero(0, 0);
    multi.poke8(0x0e, 0x80);
    bus.add({.bus = 255, .device = 31}, far);
    bus.add({.bus = 255, .device = 5}, root);  // a second host bridge
    bus.add({.bus = 0, .device = 4}, single);
    bus.add({.bus = 0, .device = 4, .function = 1}, hidden);  // single has no other functions
    bus.add({.bus = 0, .device = 2}, multi);
    bus.add({.bus = 0, .device = 2, .function = 7}, second);
    bus.add({.bus = 1, .device = 0, .function = 3}, orphan);  // no function 0
    bus.add({.bus = 2, .device = 0}, zero);                   // vendor 0 is nobody
    Visited visited;
    pci::scan(bus, visited);
    CHECK(visited.list == std::vector<std::string>{"0000:00:02.0", "0000:00:02.7", "0000:00:04.0",
                                                   "0000:ff:05.0", "0000:ff:1f.0"});
}

TEST_CASE("pci: buses behind bridges, and few questions about the others", "[pci]") {
    fakes::PciBus bus;
    fakes::PciFunction bridge(1, 1, 0x060400), nested(1, 2, 0x060400), card(1, 3), root(1, 4);
    fakes::PciFunction circle(1, 5, 0x060400), lost(1, 6), cardbus(1, 7, 0x060700), inserted(1, 8);
    for (auto [function, secondary] :
         {std::pair{&bridge, 3}, {&nested, 9}, {&circle, 3}, {&cardbus, 0x85}}) {
        function->poke8(0x0e, function == &cardbus ? 2 : 1);
        function->poke8(0x19, static_cast<u8>(secondary));
    }
    bus.add({.bus = 0, .device = 30}, bridge);
    bus.add({.bus = 3, .device = 7}, nested);
    bus.add({.bus = 3, .device = 8}, circle);  // says that its own bus lies behind it
    bus.add({.bus = 9, .device = 4}, card);
    bus.add({.bus = 10, .device = 4}, lost);  // behind nothing
    bus.add({.bus = 0x80, .device = 0}, root);
    bus.add({.bus = 0x80, .device = 1}, cardbus);
    bus.add({.bus = 0x85, .device = 1}, inserted);
    Visited visited;
    pci::scan(bus, visited);
    CHECK(visited.list == std::vector<std::string>{"0000:00:1e.0", "0000:03:07.0", "0000:03:08.0",
                                                   "0000:09:04.0", "0000:80:00.0", "0000:80:01.0",
                                                   "0000:85:01.0"});
    CHECK(bus.accesses < 1000);  // of 8192 for all devices of all buses
}

TEST_CASE("pci: identity", "[pci]") {
    Card pc;
    pc.card.poke16(0x2e, 77);
    CHECK(pc.function().vendor() == 0x1af4);
    CHECK(pc.function().device() == 0x1041);
    CHECK(pc.function().class_code() == 0x020000);
    CHECK(pc.function().subsystem_device() == 77);
}

TEST_CASE("pci: base address registers", "[pci]") {
    Card pc;
    pc.card.set_io_bar(0, 0xc000, 0x20);
    pc.card.set_memory_bar(1, 0xfebd'1000, 0x1000, false);
    pc.card.set_memory_bar(2, 0x38'0000'0000, u64{8} << 30, true);
    pc.card.set_memory_bar(4, 0xfe00'0000, 0x4000, true);
    pc.card.write(4, 2, 7);
    const pci::Function function = pc.function();

    CHECK(function.bar(0).kind == pci::Bar::Kind::io);
    CHECK(function.bar(0).base == 0xc000);
    CHECK(function.bar(0).size == 0x20);
    CHECK(function.bar(1).kind == pci::Bar::Kind::memory);
    CHECK(function.bar(1).base == 0xfebd1000);
    CHECK(function.bar(1).size == 0x1000);
    CHECK(function.bar(2).base == 0x3800000000);
    CHECK(function.bar(2).size == u64{8} << 30);
    CHECK(function.bar(3).kind == pci::Bar::Kind::none);
    CHECK(function.bar(4).base == 0xfe000000);
    CHECK(function.bar(4).size == 0x4000);
    CHECK(function.bar(5).kind == pci::Bar::Kind::none);
    CHECK(function.bar(6).kind == pci::Bar::Kind::none);
    CHECK(function.bar(0xffffffff).kind == pci::Bar::Kind::none);

    // Sizing leaves nothing behind, and happens while nobody listens.
    CHECK(pc.card.read(0x10, 4) == 0xc001);
    CHECK(pc.card.read(0x18, 4) == 4);
    CHECK(pc.card.read(0x1c, 4) == 0x38);
    CHECK(pc.card.read(4, 2) == 7);
    CHECK_FALSE(pc.card.sized_while_decoding);
}

TEST_CASE("pci: base address registers of other headers", "[pci]") {
    Card pc;
    pc.card.set_memory_bar(1, 0xfebd'1000, 0x1000, false);
    pc.card.set_memory_bar(2, 0xfebe'0000, 0x1000, false);
    pc.card.poke8(0x0e, 0x81);
    CHECK(pc.function().bar(1).size == 0x1000);
    CHECK(pc.function().bar(2).kind == pci::Bar::Kind::none);
    pc.card.poke8(0x0e, 0x02);
    CHECK(pc.function().bar(1).kind == pci::Bar::Kind::none);
}

TEST_CASE("pci: hostile base address registers", "[pci][hostile]") {
    Card pc;
    SECTION("64 bits with no room for them") {
        pc.card.poke32(0x24, 0xfe000004);
        CHECK(pc.function().bar(5).kind == pci::Bar::Kind::none);
    }
    SECTION("reserved type") {
        pc.card.set_memory_bar(0, 0xfe000000, 0x1000, false);
        pc.card.poke32(0x10, 0xfe000006);
        CHECK(pc.function().bar(0).kind == pci::Bar::Kind::none);
    }
    SECTION("at the end of everything") {
        pc.card.set_memory_bar(0, 0xffff'ffff'ffff'f000, 0x1000, true);
        CHECK(pc.function().map(pc.mapper, 0, 0, 0x1000).error() == Error::bad_format);
    }
    SECTION("a function that is not there") {
        const pci::Function absent(pc.bus, {.device = 9});
        CHECK(absent.vendor() == 0xffff);
        for (unsigned i = 0; i < 6; ++i) CHECK(absent.bar(i).kind == pci::Bar::Kind::none);
        CHECK_FALSE(absent.find_capability(9));
        CHECK_FALSE(absent.next_capability(9, 0x40));
    }
}

TEST_CASE("pci: mapping", "[pci]") {
    Card pc;
    CountingRegisters registers;
    arch::host::MmioWindow window(registers, 0x1000);
    arch::host::PortRange ports(registers, 0xc000, 0x20);
    pc.mapper.add(0xfebd1000, window);
    pc.card.set_io_bar(0, 0xc000, 0x20);
    pc.card.set_memory_bar(1, 0xfebd1000, 0x1000, false);
    pc.card.set_memory_bar(2, 0, 0x1000, false);
    const pci::Function function = pc.function();

    const auto memory = function.map(pc.mapper, 1, 0x800, 0x800);
    REQUIRE(memory.ok());
    CHECK(memory->size() == 0x800);
    CHECK(memory->read16(0x10) == 0x1002);
    const auto io = function.map(pc.mapper, 0, 4, 8);
    REQUIRE(io.ok());
    CHECK(io->read32(0) == (0xc004 << 8 | 4));

    CHECK(function.map(pc.mapper, 2, 0, 0x10).error() == Error::not_found);  // never placed
    CHECK(function.map(pc.mapper, 3, 0, 0x10).error() == Error::not_found);
    CHECK(function.map(pc.mapper, 1, 0, 0).error() == Error::bad_format);
    CHECK(function.map(pc.mapper, 1, 0, 0x1001).error() == Error::bad_format);
    CHECK(function.map(pc.mapper, 1, 0x1000, 1).error() == Error::bad_format);
    CHECK(function.map(pc.mapper, 1, 0xffffffff, 0xffffffff).error() == Error::bad_format);
    CHECK(function.map(pc.mapper, 0, 0x1c, 8).error() == Error::bad_format);
}

TEST_CASE("pci: no access leaves its region", "[pci]") {
    CountingRegisters registers;
    arch::host::MmioWindow window(registers, 0x1000);
    arch::host::PortRange ports(registers, 0, 0x10000);
    const pci::Region regions[] = {pci::Region::memory(window.base(), 0x10),
                                   pci::Region::io(0xfff0, 0x10),
                                   pci::Region::memory(window.base(), 0x1000).part(0x20, 0x10),
                                   pci::Region::io(0x100, 0x100).part(0x20, 0x10)};
    for (const pci::Region& region : regions) {
        registers.reads = 0;
        registers.written.clear();
        CHECK(region.read8(0x10) == 0xff);
        CHECK(region.read16(0x0f) == 0xffff);
        CHECK(region.read32(0x0d) == 0xffffffff);
        CHECK(region.read32(0xfffffffe) == 0xffffffff);
        region.write8(0x10, 0);
        region.write16(0x0f, 0);
        region.write32(0xffffffff, 0);
        CHECK(registers.reads == 0);
        CHECK(registers.written.empty());
        region.read8(0x0f);
        region.read16(0x0e);
        region.read32(0x0c);
        region.write32(0x0c, 0);
        CHECK(registers.reads == 3);
        CHECK(registers.written.size() == 1);
        CHECK_FALSE(region.part(0, 0x11).valid());
        CHECK_FALSE(region.part(0x10, 1).valid());
        CHECK_FALSE(region.part(0, 0).valid());
        CHECK_FALSE(region.part(0xffffffff, 0xffffffff).valid());
        CHECK(region.part(0x0f, 1).valid());
    }
    CHECK(pci::Region().read32(0) == 0xffffffff);
    CHECK_FALSE(pci::Region::io(0xfff0, 0x100).part(0x10, 0x10).valid());
}

TEST_CASE("pci: capabilities", "[pci]") {
    Card pc;
    CHECK_FALSE(pc.function().find_capability(9));
    const u8 a = pc.card.add_capability(9, {1, 2});
    const u8 b = pc.card.add_capability(5, {0, 0});
    const u8 c = pc.card.add_capability(9, {3, 4});
    const pci::Function function = pc.function();
    CHECK(function.find_capability(9) == a);
    CHECK(function.find_capability(5) == b);
    CHECK(function.find_capability(9, b) == c);
    CHECK(function.find_capability(9, c) == c);
    CHECK_FALSE(function.find_capability(5, c));
    CHECK(function.next_capability(9, a) == c);
    CHECK_FALSE(function.next_capability(9, c));
    CHECK_FALSE(function.find_capability(1));

    // The status bit says whether there is a list at all.
    pc.card.poke16(6, 0);
    CHECK_FALSE(function.find_capability(9));
}

TEST_CASE("pci: hostile capability lists", "[pci][hostile]") {
    Card pc;
    const u8 a = pc.card.add_capability(9, {0, 0});
    const u8 b = pc.card.add_capability(9, {0, 0});
    const pci::Function function = pc.function();
    SECTION("to itself") { pc.card.poke8(static_cast<u16>(a + 1), a); }
    SECTION("in a circle") { pc.card.poke8(static_cast<u16>(b + 1), a); }
    SECTION("into the header") { pc.card.poke8(static_cast<u16>(b + 1), 0x10); }
    SECTION("with low bits") { pc.card.poke8(static_cast<u16>(b + 1), static_cast<u8>(a | 3)); }
    SECTION("past the end") { pc.card.poke8(static_cast<u16>(b + 1), 0xff); }
    unsigned found = 0;
    for (auto at = function.find_capability(9); at; at = function.next_capability(9, *at)) {
        REQUIRE(++found < 64);
    }
    CHECK(found >= 1);
    CHECK_FALSE(function.find_capability(0x42));
}

TEST_CASE("pci: the command register", "[pci]") {
    Card pc;
    pc.card.write(4, 2, 0x400);
    const pci::Function function = pc.function();
    function.enable(false);
    CHECK(pc.card.read(4, 2) == 0x403);
    function.enable(true);
    CHECK(pc.card.read(4, 2) == 0x407);
    function.enable(false);  // does not take bus mastering away
    CHECK(pc.card.read(4, 2) == 0x407);
    function.disable_bus_master();
    CHECK(pc.card.read(4, 2) == 0x403);
}

}  // namespace kedge::tests
