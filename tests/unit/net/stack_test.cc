// Dialogues with the stack over a fake card: ARP, ICMP, UDP.
#include <catch2/catch.hpp>

#include "unit/net/stack_fixture.h"

using namespace kedge;
using namespace kedge::net;
using fakes::Buffer;
using tests::StackFixture;

namespace {

struct Datagrams final : DatagramSink {
    struct One {
        Endpoint from;
        Ipv4Address to;
        Buffer data;
    };
    std::vector<One> got;
    void on_datagram(Endpoint from, Ipv4Address to, const Parts& payload, Instant) override {
        Buffer data(payload.size());
        payload.copy_to(data);
        got.push_back({from, to, data});
    }
};

}  // namespace

TEST_CASE_METHOD(StackFixture, "ARP requests for us are answered, others are not") {
    receive_arp(wire::ArpPacket::kRequest, kPeer, kLocal);
    poll();
    const wire::ArpPacket reply = expect_arp();
    CHECK(reply.operation == wire::ArpPacket::kReply);
    CHECK(reply.target == kPeer);
    receive_arp(wire::ArpPacket::kRequest, kPeer, Ipv4Address::of(10, 0, 0, 77));
    poll();
    expect_nothing();
}

TEST_CASE_METHOD(StackFixture, "a datagram waits for ARP and then goes out") {
    Datagrams sink;
    UdpSocket socket(stack, sink);
    REQUIRE(socket.bind().ok());
    CHECK(socket.local_port() >= 49152);
    REQUIRE(socket.send_to({kPeer, 69}, Buffer{1, 2, 3}).ok());
    CHECK(expect_arp().target == kPeer);
    expect_nothing();
    receive_arp(wire::ArpPacket::kReply, kPeer, kLocal);
    poll();
    const Buffer packet = expect_ip(wire::kProtocolUdp);
    CHECK(packet.size() == 8 + 3);
    // The next one needs no question.
    REQUIRE(socket.send_to({kPeer, 69}, Buffer{4}).ok());
    expect_ip(wire::kProtocolUdp);
}

TEST_CASE_METHOD(StackFixture, "ARP asks again with back-off and then says unreachable") {
    Datagrams sink;
    UdpSocket socket(stack, sink);
    REQUIRE(socket.bind().ok());
    REQUIRE(socket.send_to({kPeer, 69}, Buffer{1}).ok());
    expect_arp();
    for (int ms : {250, 500, 1000}) {
        advance(Duration::ms(ms - 1));
        poll();
        expect_nothing();
        advance(Duration::ms(1));
        poll();
        expect_arp();
    }
    advance(Duration::ms(2000));
    poll();
    CHECK(socket.send_to({kPeer, 69}, Buffer{1}).error() == Error::host_unreachable);
    expect_nothing();
    advance(Duration::ms(1001));
    poll();
    CHECK(socket.send_to({kPeer, 69}, Buffer{1}).ok());
    expect_arp();
}

TEST_CASE_METHOD(StackFixture, "routes: most specific first, gateway last") {
    Ipv4Config config = interface.config();
    config.routes[0] = {Ipv4Address::of(192, 168, 0, 0), 16, Ipv4Address::of(10, 0, 0, 3)};
    config.routes[1] = {Ipv4Address::of(192, 168, 5, 0), 24, Ipv4Address::of(10, 0, 0, 4)};
    config.route_count = 2;
    interface.configure(config);
    CHECK(interface.next_hop(kPeer) == kPeer);
    CHECK(interface.next_hop(Ipv4Address::of(192, 168, 5, 9)) == Ipv4Address::of(10, 0, 0, 4));
    CHECK(interface.next_hop(Ipv4Address::of(192, 168, 6, 9)) == Ipv4Address::of(10, 0, 0, 3));
    CHECK(interface.next_hop(Ipv4Address::of(8, 8, 8, 8)) == config.gateway);
    config.gateway = {};
    interface.configure(config);
    CHECK_FALSE(interface.next_hop(Ipv4Address::of(8, 8, 8, 8)).has_value());
    CHECK(stack.route(Ipv4Address::of(8, 8, 8, 8)) == nullptr);
}

TEST_CASE_METHOD(StackFixture, "ping is answered with the same data") {
    know_peer();
    Buffer ping{8, 0, 0, 0, 0x12, 0x34, 0, 1, 'k', 'e', 'd', 'g', 'e'};
    store_be<u16>(MutableBytes(ping).subspan(2), wire::internet_checksum(ping));
    receive_ip(wire::kProtocolIcmp, ping);
    poll();
    const Buffer reply = expect_ip(wire::kProtocolIcmp);
    CHECK(reply[0] == 0);
    CHECK(wire::internet_checksum(reply) == 0);
    CHECK(Buffer(reply.begin() + 4, reply.end()) == Buffer(ping.begin() + 4, ping.end()));

    ping[9] ^= 1;  // wrong checksum
    receive_ip(wire::kProtocolIcmp, ping);
    receive_ip(wire::kProtocolIcmp, Buffer{8, 0, 0});
    poll();
    expect_nothing();
}

TEST_CASE_METHOD(StackFixture, "an unconfigured interface hears only the socket bound to it") {
    interface.configure({});
    Datagrams bound, general;
    UdpSocket dhcp(stack, bound, &interface);
    UdpSocket other(stack, general);
    REQUIRE(dhcp.bind(68).ok());
    REQUIRE(other.bind(99).ok());
    CHECK(UdpSocket(stack, general).bind(68).error() == Error::busy);
    REQUIRE(dhcp.send_to({Ipv4Address::broadcast(), 67}, Buffer(300)).ok());
    CHECK(last_ip_source() == Ipv4Address::any());

    const Ipv4Address offered = Ipv4Address::of(10, 0, 0, 200);
    receive_udp({kPeer, 67}, {offered, 68}, Buffer{7});
    receive_udp({kPeer, 67}, {Ipv4Address::broadcast(), 68}, Buffer{8});
    receive_udp({kPeer, 67}, {offered, 99}, Buffer{9});
    poll();
    REQUIRE(bound.got.size() == 2);
    CHECK(bound.got[0].data == Buffer{7});
    CHECK(bound.got[1].to.is_broadcast());
    CHECK(general.got.empty());
}

TEST_CASE_METHOD(StackFixture, "packets that are not for us or damaged are dropped") {
    Datagrams sink;
    UdpSocket socket(stack, sink);
    REQUIRE(socket.bind(1000).ok());
    const Buffer good = fakes::udp({kPeer, 1}, {kLocal, 1000}, Buffer{1, 2, 3, 4});
    Buffer bad_sum = good;
    bad_sum[6] = 0x12;
    receive_ip(wire::kProtocolUdp, bad_sum);
    receive_raw_ip(fakes::ipv4(kPeer, Ipv4Address::of(10, 0, 0, 99), 17, good));
    receive_raw_ip(fakes::ipv4(Ipv4Address::of(127, 0, 0, 1), kLocal, 17, good));
    receive_raw_ip({0x45});
    receive_raw_ip({});
    poll();
    CHECK(sink.got.empty());
    CHECK(stack.counters().dropped == 5);
    receive_ip(wire::kProtocolUdp, good);
    poll();
    CHECK(sink.got.size() == 1);
}

TEST_CASE_METHOD(StackFixture, "frame padding is cut off by the IP length") {
    Datagrams sink;
    UdpSocket socket(stack, sink);
    REQUIRE(socket.bind(1000).ok());
    Buffer packet =
        fakes::ipv4(kPeer, kLocal, 17, fakes::udp({kPeer, 1}, {kLocal, 1000}, Buffer{5}));
    packet.resize(46, 0xee);
    receive_raw_ip(packet);
    poll();
    REQUIRE(sink.got.size() == 1);
    CHECK(sink.got[0].data == Buffer{5});
}

TEST_CASE_METHOD(StackFixture, "a full card makes send_to say busy") {
    know_peer();
    Datagrams sink;
    UdpSocket socket(stack, sink);
    REQUIRE(socket.bind().ok());
    device.transmit_result = Error::busy;
    CHECK(socket.send_to({kPeer, 69}, Buffer{1}).error() == Error::busy);
    CHECK(socket.send_to({kPeer, 69}, Buffer(1473)).error() == Error::too_large);
    device.transmit_result = {};
    CHECK(socket.send_to({kPeer, 69}, Buffer(1472)).ok());
}
