// 802.1Q: tags come and go, frames find their VLAN.
#include "net/vlan.h"
#include "stack_fixture.h"

namespace kedge::tests {

using net::wire::kEtherTypeIpv4;
using net::wire::kEtherTypeVlan;

namespace {

struct VlanFixture : StackFixture {
    static constexpr net::Ipv4Address kVlanLocal = net::Ipv4Address::of(10, 24, 0, 1);
    static constexpr net::Ipv4Address kVlanPeer = net::Ipv4Address::of(10, 24, 0, 2);

    VlanFixture() { open(); }

    void open() {
        REQUIRE(vlan.open().ok());
        stack.add(tagged);
        net::Ipv4Config config;
        config.address = kVlanLocal;
        config.netmask = net::Ipv4Address::of(255, 255, 255, 0);
        tagged.configure(config);
        poll();
        device.sent.clear();
    }
    /// A UDP datagram for the VLAN's address in a frame with these bytes for a tag.
    void receive_tagged(u16 control, size_t cut = SIZE_MAX) {
        const net::Endpoint from{kVlanPeer, 7}, to{kVlanLocal, 9};
        const Buffer packet =
            fakes::ipv4(kVlanPeer, kVlanLocal, net::wire::kProtocolUdp, fakes::udp(from, to, {1}));
        Buffer payload{static_cast<u8>(control >> 8), static_cast<u8>(control), 0x08, 0x00};
        payload.insert(payload.end(), packet.begin(), packet.end());
        Buffer frame = fakes::ethernet(device.mac(), kPeerMac, kEtherTypeVlan, payload);
        frame.resize(std::min(frame.size(), cut));
        receive_frame(frame);
        poll();
    }

    net::VlanDevice vlan{interface, 24, 5};
    net::Interface tagged{"net0-24", vlan};
};

struct Counter final : net::DatagramSink {
    void on_datagram(net::Endpoint, net::Ipv4Address, const Parts&, Instant) override { ++count; }
    int count = 0;
};

}  // namespace

TEST_CASE_METHOD(VlanFixture, "vlan: only its own tag, at any priority", "[vlan]") {
    Counter sink;
    net::UdpSocket socket(stack, sink, &tagged);
    REQUIRE(socket.bind(9).ok());
    receive_tagged(24);
    CHECK(sink.count == 1);
    receive_tagged(7 << 13 | 24);
    receive_tagged(1 << 12 | 24);  // may be dropped: no part of the number
    CHECK(sink.count == 3);
    const u64 dropped = interface.counters().dropped;
    for (const u16 other : {25, 1, 4094, 4095, 0}) receive_tagged(other);
    CHECK(sink.count == 3);
    CHECK(interface.counters().dropped >= dropped + 4);
    for (const size_t cut : {14u, 15u, 17u, 18u, 19u}) receive_tagged(24, cut);
    CHECK(sink.count == 3);

    // Closed, it hears nothing.
    stack.remove(tagged);
    vlan.close();
    receive_tagged(24);
    CHECK(sink.count == 3);
    open();
    receive_tagged(24);
    CHECK(sink.count == 4);
}

TEST_CASE_METHOD(VlanFixture, "vlan: a tag within the tag is nobody's", "[vlan]") {
    Counter sink;
    net::UdpSocket socket(stack, sink, &tagged);
    REQUIRE(socket.bind(9).ok());
    receive_frame(fakes::ethernet(device.mac(), kPeerMac, kEtherTypeVlan,
                                  {0, 24, 0x81, 0x00, 0, 24, 0x08, 0x00, 0x45}));
    poll();
    CHECK(sink.count == 0);
}

TEST_CASE_METHOD(VlanFixture, "vlan: a priority alone leaves a frame the trunk's", "[vlan]") {
    Counter sink;
    net::UdpSocket socket(stack, sink, &interface);
    REQUIRE(socket.bind(9).ok());
    const net::Endpoint from{kPeer, 7}, to{kLocal, 9};
    const Buffer packet =
        fakes::ipv4(kPeer, kLocal, net::wire::kProtocolUdp, fakes::udp(from, to, {1}));
    Buffer payload{0xe0, 0, 0x08, 0x00};
    payload.insert(payload.end(), packet.begin(), packet.end());
    receive_frame(fakes::ethernet(device.mac(), kPeerMac, kEtherTypeVlan, payload));
    poll();
    CHECK(sink.count == 1);
}

TEST_CASE_METHOD(VlanFixture, "vlan: what it sends has the tag and the priority", "[vlan]") {
    Buffer frame = fakes::ethernet(kPeerMac, device.mac(), kEtherTypeIpv4, Buffer(1500, 7));
    REQUIRE(vlan.transmit(frame).ok());
    REQUIRE(device.sent.size() == 1);
    frame.insert(frame.begin() + 12, {0x81, 0x00, 0xa0, 24});
    CHECK(device.sent[0] == frame);
    CHECK(interface.counters().sent_bytes >= 1518);

    CHECK(vlan.transmit(Buffer(13)).error() == Error::invalid_argument);
    CHECK(vlan.transmit(Buffer(1533)).error() == Error::too_large);
    vlan.close();
    CHECK(vlan.transmit(Buffer(60)).error() == Error::not_connected);
}

}  // namespace kedge::tests
