// Commands about single cards: ifstat, iflinkwait, vcreate, vdestroy, pciscan.
#include "network_fixture.h"

namespace kedge::boot::test {

TEST_CASE_METHOD(NetworkFixture, "iflinkwait") {
    SECTION("opens cards and is content with links") {
        CHECK(line("iflinkwait").ok());
        CHECK(first.opened);
        CHECK(second.opened);
    }
    SECTION("says which card has none") {
        second.link_at = Instant::never();
        const Instant begin = fake.clock.peek();
        CHECK(line("iflinkwait --timeout 700").error() == Error::timed_out);
        CHECK((fake.clock.peek() - begin).ms() >= 700);
        CHECK((fake.clock.peek() - begin).ms() < 1500);
        CHECK(output() == "net1: no link after 700 ms\n");
    }
    SECTION("words it does not understand") {
        CHECK(line("iflinkwait --timeout soon").error() == Error::invalid_argument);
        CHECK(line("iflinkwait net9").error() == Error::no_device);
    }
}

TEST_CASE_METHOD(NetworkFixture, "ifstat counts per card") {
    CHECK(line("dhcp net0").ok());
    output();
    CHECK(line("ifstat net0 net1").ok());
    const std::string text = output();
    CHECK(text.find("  received: 2 frames, ") != std::string::npos);
    CHECK(text.find("  received: 0 frames, 0 bytes, 0 dropped, 0 damaged\n  sent: 0 frames") !=
          std::string::npos);
}

TEST_CASE_METHOD(NetworkFixture, "vcreate and vdestroy") {
    REQUIRE(line("vcreate --tag 24 --priority 3 net0").ok());
    CHECK(get("net0-24/ifname") == "net0-24");
    CHECK(get("net0-24/mac") == get("net0/mac"));
    CHECK(get("net0-24/chip") == "vlan");
    CHECK_FALSE(first.opened);

    SECTION("opens with its trunk, closes with it") {
        CHECK(line("set net0-24/ip 10.1.1.1 && ifopen net0-24").ok());
        CHECK(first.opened);
        CHECK(get("netX/ip") == "10.1.1.1");
        CHECK(line("ifclose net0").ok());
        CHECK_FALSE(first.opened);
        CHECK(line("ifstat net0-24").ok());
        CHECK(fake.console.printed("net0-24: 52:54:00:00:00:10 vlan at PCI 0000:00:03.0, closed"));
        CHECK(line("ifopen net0-24 && vdestroy net0-24").ok());
        CHECK(get("netX/ifname") == "net0");
    }
    SECTION("a second one takes the place of the first") {
        CHECK(line("ifopen net0-24 && vcreate -t 24 net0").ok());
        CHECK(session.network.ports().size() == 3);
        CHECK(line("vcreate --tag 4094 net0").ok());
        CHECK(session.network.ports().size() == 4);
    }
    SECTION("destroyed, nothing is left") {
        CHECK(line("ifopen net0-24 && vdestroy net0-24").ok());
        CHECK(get("net0-24/mac") == "<none>");
        CHECK(line("ifstat net0-24").error() == Error::no_device);
        CHECK(session.network.ports().size() == 2);
    }
    SECTION("a payload that comes back finds it open") {
        CHECK(line("ifopen net0-24").ok());
        session.network.suspend();
        session.network.resume();
        CHECK(session.network.find("net0-24")->open);
        CHECK(session.network.find("net0")->open);
    }
    SECTION("what cannot be") {
        for (const char* words : {"vcreate net0", "vcreate --tag 0 net0", "vcreate --tag 4095 net0",
                                  "vcreate --tag x net0", "vcreate --tag 5 --priority 8 net0"}) {
            CHECK(line(words).error() == Error::invalid_argument);
        }
        CHECK(line("vcreate --tag 5 net9").error() == Error::no_device);
        CHECK(line("vcreate --tag 5 net0-24").error() == Error::not_supported);
        CHECK(line("vdestroy net0").error() == Error::invalid_argument);
        CHECK(session.network.ports().size() == 3);
    }
}

TEST_CASE_METHOD(BootFixture, "pciscan and configuration space") {
    fake.system.pci = {{0x0018, {0xf4, 0x1a, 0x41, 0x10}}, {0x8001, {0x86, 0x80, 0xd3, 0x10}}};
    CHECK(line("pciscan x").ok());
    CHECK(get("x") == "0x18");
    CHECK(get("pci/" + get("x") + ".0.2") == "1af4");
    CHECK(get("pci/" + get("x") + ".2.2:uint16") == "0x1041");
    CHECK(line("pciscan x").ok());
    CHECK(get("x") == "0x8001");
    CHECK(get("pci/" + get("x") + ".0.4") == "10d38086");
    CHECK(line("pciscan x").error() == Error::command_failed);
    CHECK(get("pci/0x19.0.2") == "<none>");
    CHECK(get("pci/0x18.255.2") == "<none>");
    CHECK(get("pci/0x18.0.0") == "<none>");
    CHECK(get("pci/nonsense") == "<none>");
    // Numbers of the block, not DHCP options; and nothing of it is found without its name.
    fake.system.pci[0] = std::vector<u8>(256, 0x41);
    CHECK(get("pci/0.0.3") == "414141");
    for (const char* name : {"scriptlet", "filename", "dns", "67", "175.189", "43.9"}) {
        CHECK(get(name) == "<none>");
    }
    CHECK(get("67:hex") == "<none>");  // a DHCP option, not a place on the bus
}

}  // namespace kedge::boot::test
