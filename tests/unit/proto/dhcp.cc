// The DHCP exchange as dialogues: what the client sends, what a server answers, and when.
#include <random>

#include "dhcp_dialogue.h"

using namespace kedge;
using namespace kedge::proto::test;

TEST_CASE("DHCP: the packet is that of an iPXE client") {
    proto::DhcpIdentity identity;
    identity.architecture = 7;
    identity.ndi_version = {3, 10};
    identity.uuid[15] = 9;
    identity.bus_type = 1;
    identity.bus_vendor = 0x1af4;
    identity.bus_device = 0x1000;
    DhcpDialogue d(identity);
    d.start();
    const DhcpMessage m = d.expect(DhcpType::discover);

    CHECK(d.last.size() == 552);
    CHECK(m.op() == DhcpMessage::kRequest);
    CHECK(m.flags() == 0);
    CHECK(equal_bytes(m.chaddr(), kMac.bytes));
    CHECK(m.text(kDhcpVendorClass) == "PXEClient:Arch:00007:UNDI:003010");
    CHECK(fakes::as_text(*m.find(kDhcpUserClass)) == "iPXE");
    CHECK(fakes::as_text(*m.find(kDhcpClientArchitecture)) == std::string("\0\7", 2));
    CHECK(fakes::as_text(*m.find(kDhcpClientNdi)) == std::string("\1\3\12", 3));
    CHECK(fakes::as_text(*m.find(kDhcpClientId)) == std::string("\1\x52\x54\0\x12\x34\x56", 7));
    CHECK(m.find(kDhcpClientUuid)->size() == 17);
    CHECK(m.find(kDhcpClientUuid)->back() == 9);
    CHECK(m.number16(kDhcpMaxMessageSize) == 1472);
    CHECK(m.find(kDhcpParameterList)->size() == 25);
    const Bytes etherboot = *m.find(kDhcpEtherboot);
    CHECK(encapsulated(etherboot, 0x13));  // HTTP
    CHECK(encapsulated(etherboot, 0x24));  // EFI
    CHECK(fakes::as_text(*encapsulated(etherboot, 0xb1)) == std::string("\1\x1a\xf4\x10\0", 5));
    CHECK(encapsulated(etherboot, 0xeb)->size() == 3);
    CHECK(!m.has(kDhcpRequestedAddress));
}

TEST_CASE("DHCP: a BIOS client without UUID and bus says so by leaving them out") {
    proto::DhcpIdentity identity;
    identity.ndi_version = {2, 1};
    DhcpDialogue d(identity);
    d.start(1400, true);
    const DhcpMessage m = d.expect(DhcpType::discover);
    CHECK(m.text(kDhcpVendorClass) == "PXEClient:Arch:00000:UNDI:002001");
    CHECK(!m.has(kDhcpClientUuid));
    CHECK(!encapsulated(*m.find(kDhcpEtherboot), 0x24));
    CHECK(!encapsulated(*m.find(kDhcpEtherboot), 0xb1));
    CHECK(m.number16(kDhcpMaxMessageSize) == 1372);
    CHECK(m.flags() == DhcpMessage::kBroadcastFlag);
}

TEST_CASE("DHCP: discover, offer, request, ack") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    d.receive({.file = "pxelinux.0"}, 3);
    d.expect_nothing();  // the decision belongs to poll()
    CHECK(d.client.poll_at() <= at_ms(3));
    d.poll(3);
    const DhcpMessage request = d.expect(DhcpType::request);
    CHECK(request.address(kDhcpRequestedAddress) == kOffered);
    CHECK(request.address(kDhcpServerId) == kServer);
    CHECK(request.ciaddr().is_any());

    Reply ack = kAck;
    ack.options = {{kDhcpRouters, std::string("\x0a\0\0\xfe", 4)},
                   {kDhcpMtu, std::string("\x05\x78", 2)}};
    d.receive(ack, 6);
    REQUIRE(d.client.state() == State::bound);
    const proto::DhcpLease& lease = d.client.lease();
    CHECK(lease.config().address == kOffered);
    CHECK(lease.config().netmask == Ipv4Address::of(255, 255, 255, 0));
    CHECK(lease.config().gateway == Ipv4Address::of(10, 0, 0, 254));
    CHECK(lease.config().mtu == 1400);
    CHECK(lease.server() == kServer);
    CHECK(lease.next_server() == kServer);
    CHECK(DhcpMessage::parse(lease.packet())->type() == DhcpType::ack);
    CHECK(d.client.poll_at() == Instant::never());
    d.poll(100'000);
    d.expect_nothing();
}

TEST_CASE("DHCP: DISCOVER is repeated after 1/4, 1/2, 1, 2, 4, 8, 10, 10 seconds, more or less") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    i64 ms = 0;
    for (i64 interval : {250, 500, 1000, 2000, 4000, 8000, 10000, 10000}) {
        const i64 next = d.client.poll_at().ms();
        CHECK(next - ms >= interval * 7 / 8);
        CHECK(next - ms <= interval * 9 / 8);
        ms = next;
        d.poll(ms - 1);
        d.expect_nothing();
        d.poll(ms + 1);
        CHECK(d.expect(DhcpType::discover).secs() == ms / 1000);
    }
    CHECK(d.give_up(36'000) ==
          "DHCP on net0: no answer in 36 s (check cable, VLAN and DHCP server)");
    CHECK(d.client.failure().error == Error::timed_out);
}

TEST_CASE("DHCP: a BOOTP answer is bound without a request") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    d.receive({.type = DhcpType::none, .server = {}, .file = "boot"}, 10);
    d.poll(10);
    d.expect_nothing();
    REQUIRE(d.client.state() == State::bound);
    CHECK(d.client.lease().server() == kServer);
}

TEST_CASE("DHCP: what is not an answer to us is dropped") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    Reply good{.xid = d.xid(), .file = "k"};
    Reply bad = good;
    std::string raw;
    u16 port = 67;
    SECTION("another transaction") { bad.xid ^= 1; }
    SECTION("another machine") { bad.mac.bytes[5] ^= 1; }
    SECTION("a request") { bad.op = DhcpMessage::kRequest; }
    SECTION("an ACK that nobody asked for") { bad.type = DhcpType::ack; }
    SECTION("from another port") { port = 4011; }
    SECTION("cut inside the fixed fields") { raw = good.build().substr(0, 100); }
    SECTION("cut inside the header") { raw = good.build().substr(0, 20); }
    SECTION("empty") {
        d.client.on_datagram({kServer, 67}, Parts(), at_ms(1));
        raw = "x";
    }
    SECTION("a wrong cookie") {
        raw = good.build();
        raw[236] = 0;
    }
    d.receive_raw(raw.empty() ? bad.build() : raw, 1, port);
    d.poll(3);
    d.expect_nothing();
    // and the right one is still welcome
    d.receive_raw(good.build(), 4);
    d.poll(4);
    d.expect(DhcpType::request);
}

TEST_CASE("DHCP: unusable offers are named when time is over") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    Reply offer{.file = "k"};
    std::string cause;
    SECTION("broadcast") {
        offer.yiaddr = Ipv4Address::broadcast();
        cause = "255.255.255.255 is not an address for a host";
    }
    SECTION("multicast") {
        offer.yiaddr = Ipv4Address::of(224, 0, 0, 1);
        cause = "224.0.0.1 is not an address for a host";
    }
    SECTION("loopback") {
        offer.yiaddr = Ipv4Address::of(127, 0, 0, 1);
        cause = "127.0.0.1 is not an address for a host";
    }
    SECTION("mask with holes") {
        offer.mask = Ipv4Address::of(255, 0, 255, 0);
        cause = "255.0.255.0 is not a netmask";
    }
    SECTION("the subnet's broadcast address") {
        offer.yiaddr = Ipv4Address::of(10, 0, 0, 255);
        cause = "10.0.0.255 with netmask 255.255.255.0 is no host's address";
    }
    d.receive(offer, 1);
    d.poll(1);
    d.expect_nothing();
    CHECK(d.give_up(12'000) == "DHCP on net0: 10.0.0.1: unusable offer: " + cause);
    CHECK(d.client.failure().error == Error::protocol);
}

TEST_CASE("DHCP: an offer that names no server is unusable") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    d.receive({.server = {}, .file = "k"}, 1);
    d.poll(1);
    d.expect_nothing();
    CHECK(d.give_up(5000) == "DHCP on net0: unusable offer: its offer names no server");
}

TEST_CASE("DHCP: only a ProxyDHCP server answered") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    Reply proxy{.yiaddr = {}, .file = "pxelinux.0"};
    proxy.options = {{kDhcpVendorClass, "PXEClient"}};
    d.receive(proxy, 5);
    d.poll(5);
    d.expect_nothing();
    d.poll(1000);
    d.expect(DhcpType::discover);
    CHECK(d.give_up(5000) ==
          "DHCP on net0: 10.0.0.1: only this ProxyDHCP server answered (the "
          "server that gives addresses did not)");
}

TEST_CASE("DHCP: NAK starts over with a new transaction, not at once") {
    DhcpDialogue d;
    d.reach_requesting();
    const u32 old = d.xid();
    Reply nak{.type = DhcpType::nak, .yiaddr = {}, .mask = {}};
    nak.options = {{kDhcpMessageText, "wrong\x1b[2J network"}};
    d.receive(nak, 10);
    CHECK(d.client.state() == State::selecting);
    d.poll(11);
    d.expect_nothing();
    d.poll(2010);
    d.expect(DhcpType::discover);
    CHECK(d.xid() != old);
    CHECK(d.give_up(3000) == "DHCP on net0: 10.0.0.1: refused 10.0.0.50: wrong.[2J network");
    CHECK(d.client.failure().error == Error::access_denied);
}

TEST_CASE("DHCP: a server that always refuses cannot make the client flood") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    int messages = 0;
    for (i64 ms = 1; ms <= 60'000; ++ms) {
        d.poll(ms);
        while (!d.port.sent.empty()) {
            ++messages;
            d.last = d.port.take().payload;
            const bool request =
                DhcpMessage::parse(fakes::as_bytes(d.last))->type() == DhcpType::request;
            d.receive({.type = request ? DhcpType::nak : DhcpType::offer, .file = "k"}, ms);
        }
    }
    CHECK(messages < 40);
    CHECK(messages > 8);
}

TEST_CASE("DHCP: REQUEST is repeated quickly, then the search starts over") {
    DhcpDialogue d;
    d.reach_requesting();
    i64 ms = 5;
    for (int repeated = 0; repeated < 4; ++repeated) {
        ms = d.client.poll_at().ms();
        d.poll(ms - 1);
        d.expect_nothing();
        d.poll(ms + 1);
        d.expect(DhcpType::request);
    }
    CHECK(ms > 3300);
    CHECK(ms < 4300);
    d.poll(ms + 4600);
    d.expect(DhcpType::discover);
    CHECK(d.give_up(12'000) == "DHCP on net0: 10.0.0.1: offered 10.0.0.50, but did not confirm it");
}

TEST_CASE("DHCP: only the chosen server's answer counts") {
    DhcpDialogue d;
    d.reach_requesting();
    Reply other = kAck;
    other.server = Ipv4Address::of(10, 0, 0, 2);
    d.receive(other, 6);
    CHECK(d.client.state() == State::requesting);
    other.type = DhcpType::nak;
    d.receive(other, 7);
    CHECK(d.client.state() == State::requesting);
    d.receive(kAck, 8);
    CHECK(d.client.state() == State::bound);
}

TEST_CASE("DHCP: an ACK that no host could live with is not bound") {
    DhcpDialogue d;
    d.reach_requesting();
    Reply ack = kAck;
    ack.yiaddr = Ipv4Address::any();
    d.receive(ack, 6);
    CHECK(d.client.state() == State::requesting);
    CHECK(d.give_up(7000) ==
          "DHCP on net0: 10.0.0.1: unusable answer: 0.0.0.0 is not an address for a host");
}

TEST_CASE("DHCP: a full transmit ring is tried again soon, a failing one is named") {
    DhcpDialogue d;
    d.port.failure = Error::busy;
    d.start();
    CHECK(d.client.poll_at() == at_ms(20));
    d.port.failure = Error::none;
    d.poll(20);
    d.expect(DhcpType::discover);
    d.port.failure = Error::io;
    d.poll(1020);
    CHECK(text_of(d.client.failure()).empty());
    CHECK(d.give_up(2000).starts_with("DHCP on net0: cannot send"));
}

TEST_CASE("DHCP: without a link that is said") {
    DhcpDialogue d;
    d.start();
    CHECK(d.give_up(1000, false) ==
          "DHCP on net0: the link is down (check the cable or the virtual switch)");
}

TEST_CASE("DHCP: classless routes replace the router option") {
    const auto config_of = [](std::vector<std::pair<u8, std::string>> options) {
        DhcpDialogue d;
        d.reach_requesting();
        Reply ack = kAck;
        ack.options = std::move(options);
        d.receive(ack, 6);
        REQUIRE(d.client.state() == State::bound);
        return d.client.lease().config();
    };
    const std::pair<u8, std::string> router{kDhcpRouters, std::string("\x0a\0\0\xfe", 4)};
    const Ipv4Address by_option_3 = Ipv4Address::of(10, 0, 0, 254);

    SECTION("a network, a host and the default") {
        const auto config = config_of(
            {router,
             {kDhcpClasslessRoutes, std::string("\x10\xa9\xfe\x0a\0\0\x05"          // 169.254/16
                                                "\x20\x01\x02\x03\x04\x0a\0\0\x06"  // 1.2.3.4/32
                                                "\0\x0a\0\0\x07",
                                                21)}});
        CHECK(config.gateway == Ipv4Address::of(10, 0, 0, 7));
        REQUIRE(config.route_count == 2);
        CHECK(config.routes[0].destination == Ipv4Address::of(169, 254, 0, 0));
        CHECK(config.routes[0].prefix_length == 16);
        CHECK(config.routes[0].gateway == Ipv4Address::of(10, 0, 0, 5));
        CHECK(config.routes[1].destination == Ipv4Address::of(1, 2, 3, 4));
    }
    SECTION("without a default there is none, even with option 3") {
        CHECK(config_of({router, {121, std::string("\x08\x0b\x0a\0\0\x05", 6)}}).gateway.is_any());
    }
    SECTION("bits behind the prefix are dropped") {
        const auto config = config_of({{121, std::string("\x09\x0b\xff\x0a\0\0\x05", 7)}});
        REQUIRE(config.route_count == 1);
        CHECK(config.routes[0].destination == Ipv4Address::of(11, 128, 0, 0));
    }
    SECTION("a prefix of 33 bits makes it absent") {
        const auto config =
            config_of({router, {121, std::string("\x21\1\2\3\4\5\x0a\0\0\x05", 10)}});
        CHECK(config.gateway == by_option_3);
        CHECK(config.route_count == 0);
    }
    SECTION("so does a route that is cut short") {
        CHECK(config_of({router, {121, std::string("\x08\x0b\x0a\0\0", 5)}}).gateway ==
              by_option_3);
        CHECK(config_of({router, {121, std::string("\x20", 1)}}).gateway == by_option_3);
    }
    SECTION("more routes than there is room for") {
        std::string routes;
        for (int i = 0; i < 40; ++i) {
            routes += '\x18';
            routes += std::string("\x0b\0", 2);
            routes += static_cast<char>(i);
            routes += std::string("\x0a\0\0\x05", 4);
        }
        const auto config = config_of({router, {121, routes}});  // 320 bytes: RFC 3396
        CHECK(config.route_count == config.routes.size());
        CHECK(config.routes[15].destination == Ipv4Address::of(11, 0, 15, 0));
    }
    SECTION("an MTU is believed between 576 and the device's") {
        CHECK(config_of({{kDhcpMtu, std::string("\x02\x3f", 2)}}).mtu == 0);
        CHECK(config_of({{kDhcpMtu, std::string("\x02\x40", 2)}}).mtu == 576);
        CHECK(config_of({{kDhcpMtu, std::string("\xff\xff", 2)}}).mtu == 0);
        CHECK(config_of({{kDhcpMtu, std::string("\x05", 1)}}).mtu == 0);
    }
}

TEST_CASE("DHCP: no netmask means the class's") {
    const auto mask_for = [](Ipv4Address address) {
        DhcpDialogue d;
        d.start();
        d.expect(DhcpType::discover);
        d.receive({.type = DhcpType::none, .yiaddr = address, .mask = {}, .file = "k"}, 1);
        d.poll(1);
        REQUIRE(d.client.state() == State::bound);
        return d.client.lease().config().netmask;
    };
    CHECK(mask_for(Ipv4Address::of(10, 1, 2, 3)) == Ipv4Address::of(255, 0, 0, 0));
    CHECK(mask_for(Ipv4Address::of(172, 16, 2, 3)) == Ipv4Address::of(255, 255, 0, 0));
    CHECK(mask_for(Ipv4Address::of(192, 168, 2, 3)) == Ipv4Address::of(255, 255, 255, 0));
}

TEST_CASE("DHCP: a message in two parts is read like one in one") {
    DhcpDialogue d;
    d.start();
    d.expect(DhcpType::discover);
    const std::string whole = Reply{.xid = d.xid(), .file = "k"}.build();
    for (size_t cut : {size_t{1}, size_t{30}, size_t{214}, size_t{250}}) {
        const Bytes rest[] = {fakes::as_bytes(whole).subspan(cut)};
        d.client.on_datagram({kServer, 67}, Parts(fakes::as_bytes(whole).first(cut), rest),
                             at_ms(1));
    }
    d.poll(1);
    d.expect(DhcpType::request);
}

TEST_CASE("DHCP: mutated answers neither crash nor stop the exchange") {
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        DhcpDialogue d;
        d.start();
        d.expect(DhcpType::discover);
        Reply offer{.xid = d.xid(), .file = "k"};
        offer.options = {{121, std::string("\x08\x0b\x0a\0\0\x05", 6)},
                         {kDhcpEtherboot, std::string("\x01\x01\x05\xb0\x01\x01", 6)}};
        std::string raw = offer.build();
        for (int i = 0; i < 12; ++i) {
            // Mostly in the options, where lengths are.
            const size_t at = 236 + random() % (raw.size() - 236);
            raw[at] = static_cast<char>(random());
        }
        raw.resize(240 + random() % (raw.size() - 239));
        d.receive_raw(raw, 1);
        d.poll(1);
        if (d.client.state() == State::requesting) {
            d.expect(DhcpType::request);
            d.receive(kAck, 2);
        }
        d.poll(60'000);
        REQUIRE(d.client.state() != State::idle);
    }
}
