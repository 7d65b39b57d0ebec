// ARP where somebody lies, moves, or takes our address.
#include "unit/net/stack_fixture.h"

using namespace kedge;
using namespace kedge::net;
using fakes::Buffer;
using tests::StackFixture;
using wire::ArpPacket;

namespace {

struct Nothing final : DatagramSink {
    void on_datagram(Endpoint, Ipv4Address, const Parts&, Instant) override {}
};

class ArpFixture : public StackFixture {
  public:
    static constexpr MacAddress kOther{{0x52, 0x54, 0, 0, 0, 0x66}};

    ArpFixture() {
        REQUIRE(socket.bind(1000).ok());
        know_peer();
        CHECK(destination() == kPeerMac);
        advance(Duration::seconds(1));
        poll();
    }
    void claim(Ipv4Address address, MacAddress by) {
        receive_arp(ArpPacket::kReply, address, address, by);  // gratuitous
        poll();
    }
    /// Where a packet to the peer goes now.
    MacAddress destination() {
        device.sent.clear();
        REQUIRE(socket.send_to({kPeer, 69}, Buffer{1}).ok());
        REQUIRE_FALSE(device.sent.empty());
        const Buffer frame = device.sent.back();
        device.sent.clear();
        return wire::EthernetHeader::parse(frame)->destination;
    }
    MacAddress asked() {
        REQUIRE_FALSE(device.sent.empty());
        const MacAddress to = wire::EthernetHeader::parse(device.sent.front())->destination;
        const ArpPacket request = expect_arp();
        CHECK(request.operation == ArpPacket::kRequest);
        CHECK(request.target == kPeer);
        return to;
    }

    Nothing sink;
    UdpSocket socket{stack, sink};
};

}  // namespace

TEST_CASE_METHOD(ArpFixture, "a forged claim changes nothing while the neighbour answers") {
    for (int i = 0; i < 3; ++i) {
        claim(kPeer, kOther);
        CHECK(asked() == kPeerMac);
        expect_nothing();
        CHECK(destination() == kPeerMac);
        receive_arp(ArpPacket::kReply, kPeer, kLocal);
        poll();
        CHECK(destination() == kPeerMac);
        advance(Duration::seconds(5));
        poll();
        expect_nothing();
    }
}

TEST_CASE_METHOD(ArpFixture, "a flood of claims asks no more than four times a second") {
    size_t requests = 0;
    for (int i = 0; i < 1000; ++i) {
        claim(kPeer, kOther);
        requests += device.sent.size();
        device.sent.clear();
        receive_arp(ArpPacket::kReply, kPeer, kLocal);
        advance(Duration::ms(1));
    }
    CHECK(requests <= 4);
}

TEST_CASE_METHOD(ArpFixture, "an address that moved is followed when the old place is silent") {
    claim(kPeer, kOther);
    CHECK(asked() == kPeerMac);
    for (int i = 0; i < 2; ++i) {
        advance(Duration::ms(250));
        poll();
        CHECK(asked() == kPeerMac);
    }
    CHECK(destination() == kPeerMac);
    CHECK(stack.poll_at() == now + Duration::ms(250));
    advance(Duration::ms(250));
    poll();
    expect_nothing();
    CHECK(destination() == kOther);
}

TEST_CASE_METHOD(ArpFixture, "old knowledge is asked for again in use, then by broadcast") {
    advance(Duration::seconds(121));
    poll();
    REQUIRE(socket.send_to({kPeer, 69}, Buffer{1}).ok());
    CHECK(asked() == kPeerMac);
    expect_ip(wire::kProtocolUdp);  // nothing waits for it
    for (int i = 0; i < 2; ++i) {
        advance(Duration::ms(250));
        poll();
        CHECK(asked() == kPeerMac);
    }
    advance(Duration::ms(250));
    poll();
    CHECK(asked() == MacAddress::broadcast());
    claim(kPeer, kOther);
    CHECK(destination() == kOther);
}

TEST_CASE_METHOD(ArpFixture, "our address is defended, but not more than every ten seconds") {
    claim(kLocal, kOther);
    const ArpPacket defence = expect_arp();
    CHECK(defence.sender == kLocal);
    CHECK(defence.target == kLocal);
    CHECK(defence.sender_mac == device.mac());
    claim(kLocal, kOther);
    expect_nothing();
    advance(Duration::seconds(10));
    claim(kLocal, kOther);
    expect_arp();
}

TEST_CASE_METHOD(ArpFixture, "a probe for our address without a sender is answered") {
    receive_arp(ArpPacket::kRequest, Ipv4Address::any(), kLocal, kOther);
    poll();
    const ArpPacket reply = expect_arp();
    CHECK(reply.operation == ArpPacket::kReply);
    CHECK(reply.sender == kLocal);
    CHECK(reply.target_mac == kOther);
}

TEST_CASE_METHOD(ArpFixture, "requests from many strangers do not push out who is in use") {
    for (u8 i = 10; i < 100; ++i) {
        receive_arp(ArpPacket::kRequest, Ipv4Address::of(10, 0, 0, i), kLocal, kOther);
    }
    poll();
    CHECK(destination() == kPeerMac);
}
