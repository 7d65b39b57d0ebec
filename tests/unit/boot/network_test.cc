#include "network_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

TEST_CASE_METHOD(NetworkFixture, "settings of a card") {
    CHECK(get("net0/mac") == "52:54:00:00:00:10");
    CHECK(get("net0/mac:hexhyp") == "52-54-00-00-00-10");
    CHECK(get("net1/hwaddr") == "52:54:00:00:00:11");
    CHECK(get("mac") == "52:54:00:00:00:10");
    CHECK(get("net1/ifname") == "net1");
    CHECK(get("net0/chip") == "fake");
    CHECK(get("net0/bustype") == "PCI");
    CHECK(get("net0/busloc:busdevfn") == "0000:00:03.0");
    CHECK(get("net0/mtu") == "0x5dc");
    CHECK(get("net0/linktype") == "Ethernet");
    CHECK(get("net0/ip") == "<none>");
    CHECK(get("netX/mac") == "<none>");
}

TEST_CASE_METHOD(NetworkFixture, "dhcp: an address, and everything else as settings") {
    first.file = "boot/a.ipxe";
    CHECK(line("dhcp net0").ok());
    CHECK(output().find("net0: 10.0.2.16/24 gw 10.0.2.2 (dhcp 10.0.2.2) in 0.") !=
          std::string::npos);
    CHECK(get("net0/ip") == "10.0.2.16");
    CHECK(get("net0.dhcp/ip") == "10.0.2.16");
    CHECK(get("ip") == "10.0.2.16");
    CHECK(get("netmask") == "255.255.255.0");
    CHECK(get("gateway") == "10.0.2.2");
    CHECK(get("dhcp-server") == "10.0.2.2");
    CHECK(get("next-server") == "10.0.2.2");
    CHECK(get("filename") == "boot/a.ipxe");
    CHECK(get("netX/mac") == "52:54:00:00:00:10");
    CHECK(interface_0.config().address == net::Ipv4Address::of(10, 0, 2, 16));
    CHECK_FALSE(second.opened);

    CHECK(line("route").ok());
    CHECK(output() == "net0: 10.0.2.16/24 gw 10.0.2.2\n");
    CHECK(line("ifstat net0").ok());
    CHECK(output().find("net0: 52:54:00:00:00:10 fake at PCI 0000:00:03.0, open, link up\n") == 0);
    CHECK(line("show filename").ok());
    CHECK(output() == "net0.dhcp/filename:string = boot/a.ipxe\n");

    // A root value hides the server's.
    CHECK(line("set filename mine").ok());
    CHECK(get("filename") == "mine");
    CHECK(line("clear filename").ok());
    CHECK(get("filename") == "boot/a.ipxe");

    CHECK(line("ifclose net0").ok());
    CHECK_FALSE(first.opened);
}

TEST_CASE_METHOD(NetworkFixture, "dhcp: the first card that can") {
    SECTION("only the second has a server") {
        first.has_server = false;
        CHECK(line("dhcp").ok());
        CHECK(fake.console.printed("net1: 10.0.2.17/24"));
        CHECK(get("netX/ifname") == "net1");
        CHECK_FALSE(first.opened);  // it was opened for nothing
        CHECK(second.opened);
    }
    SECTION("the first has no link: nobody waits for it") {
        first.link_at = Instant::never();
        const Instant begin = fake.clock.peek();
        CHECK(line("ifconf").ok());
        CHECK(fake.console.printed("net0: waiting for the link\n"));
        CHECK((fake.clock.peek() - begin).ms() < 1000);
    }
    SECTION("a link that comes late is waited for") {
        second.link_at = Instant::never();
        first.link_at = fake.clock.peek() + Duration::seconds(8);
        CHECK(line("dhcp").ok());
        CHECK(fake.console.printed("net0: 10.0.2.16/24"));
    }
    SECTION("a card that cannot be started") {
        first.open_error = Error::io;
        CHECK(line("dhcp").ok());
        CHECK(fake.console.printed("net0: the card cannot be started (fake, PCI 0000:00:03.0): "));
        CHECK(fake.console.printed("net1: 10.0.2.17/24"));
    }
    SECTION("a card that was open stays open") {
        first.has_server = false;
        CHECK(line("ifopen net0 && dhcp").ok());
        CHECK(first.opened);
    }
}

TEST_CASE_METHOD(NetworkFixture, "dhcp: failures") {
    SECTION("no server") {
        first.has_server = second.has_server = false;
        const Instant begin = fake.clock.peek();
        CHECK(line("dhcp").error() == Error::timed_out);
        const i64 seconds = (fake.clock.peek() - begin).seconds();
        CHECK(seconds >= 14);
        CHECK(seconds <= 16);  // both at once
        CHECK(fake.console.printed("net0"));
        CHECK(fake.console.printed("net1"));
        // A script may go on with an address of its own.
        CHECK(first.opened);
    }
    SECTION("--timeout") {
        first.has_server = false;
        const Instant begin = fake.clock.peek();
        CHECK_FALSE(line("dhcp --timeout 3000 net0").ok());
        CHECK((fake.clock.peek() - begin).ms() / 100 == 30);
        CHECK(line("dhcp --timeout x").error() == Error::invalid_argument);
    }
    SECTION("no link") {
        first.link_at = Instant::never();
        CHECK(line("dhcp net0").error() == Error::network_unreachable);
        CHECK(fake.console.printed("net0: no link: check cable and switch port\n"));
    }
    SECTION("Ctrl-C") {
        first.has_server = second.has_server = false;
        fake.console.type_key(kCtrlC, fake.clock.peek() + Duration::seconds(2));
        CHECK(line("dhcp").error() == Error::cancelled);
    }
    SECTION("no such card") {
        CHECK(line("dhcp net7").error() == Error::no_device);
        CHECK(line("ifopen netX").error() == Error::no_device);
        CHECK(line("dhcp --configurator ipv6").error() == Error::not_supported);
    }
}

TEST_CASE_METHOD(BootFixture, "dhcp: a machine without cards") {
    CHECK(line("dhcp").error() == Error::no_device);
    CHECK(fake.console.printed("no network card was found"));
    CHECK(line("ifopen").ok());
    CHECK(line("ifstat").ok());
}

TEST_CASE_METHOD(NetworkFixture, "static addresses") {
    SECTION("set before the card is opened") {
        CHECK(line("set net0/ip 192.0.2.5 && set net0/netmask 255.255.255.192").ok());
        CHECK(line("set net0/gateway 192.0.2.1 && ifopen net0").ok());
        CHECK(interface_0.config().address == net::Ipv4Address::of(192, 0, 2, 5));
        CHECK(interface_0.config().gateway == net::Ipv4Address::of(192, 0, 2, 1));
        output();
        CHECK(line("route").ok());
        CHECK(output() == "net0: 192.0.2.5/26 gw 192.0.2.1\n");
    }
    SECTION("set on an open card; without a mask its class has one") {
        CHECK(line("ifopen netX || ifopen net1").ok());
        CHECK(line("set netX/ip 10.1.2.3").ok());
        CHECK(interface_1.config().address == net::Ipv4Address::of(10, 1, 2, 3));
        CHECK(interface_1.config().netmask == net::Ipv4Address::of(255, 0, 0, 0));
    }
    SECTION("a gateway of its own beside a lease") {
        CHECK(line("dhcp net0 && set net0/gateway 10.0.2.99").ok());
        CHECK(interface_0.config().address == first.address());
        CHECK(interface_0.config().gateway == net::Ipv4Address::of(10, 0, 2, 99));
        CHECK(line("clear net0/gateway").ok());
        CHECK(interface_0.config().gateway == net::Ipv4Address::of(10, 0, 2, 2));
    }
}

TEST_CASE_METHOD(NetworkFixture, "the network is back after a payload came back") {
    fake.fetcher.files["http://h/k"] = {.body = "KERNEL"};
    fake.loader.result = Error::exec_failed;
    CHECK(line("dhcp net0").ok());
    fake.handover.on_close = [this] { first.close(); };
    CHECK_FALSE(line("boot http://h/k").ok());
    CHECK(fake.handover.calls == 1);
    CHECK(first.opened);
    CHECK(first.opens == 2);
    CHECK(interface_0.config().address == first.address());
    CHECK(session.network.find("net0")->open);
}
