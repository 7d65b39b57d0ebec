// A stack with one configured interface over a fake card, and a made-up time.
#pragma once

#include <catch2/catch.hpp>

#include "fakes/net.h"
#include "net/stack.h"

namespace kedge::tests {

using fakes::Buffer;

class StackFixture {
  public:
    static constexpr net::Ipv4Address kLocal = net::Ipv4Address::of(10, 0, 0, 1);
    static constexpr net::Ipv4Address kPeer = net::Ipv4Address::of(10, 0, 0, 2);
    static constexpr net::MacAddress kPeerMac{{0x52, 0x54, 0, 0, 0, 2}};

    StackFixture() {
        net::Ipv4Config config;
        config.address = kLocal;
        config.netmask = net::Ipv4Address::of(255, 255, 255, 0);
        config.gateway = net::Ipv4Address::of(10, 0, 0, 254);
        stack.add(interface);
        interface.configure(config);
        poll();
    }

    void advance(Duration duration) { now = now + duration; }
    void poll() { stack.poll(now); }

    void receive_frame(Buffer frame, net::Checksum checksum = net::Checksum::unknown) {
        device.incoming.push_back({std::move(frame), {}, checksum, 0});
    }
    void receive_raw_ip(const Buffer& packet) {
        receive_frame(fakes::ethernet(device.mac(), kPeerMac, net::wire::kEtherTypeIpv4, packet));
    }
    void receive_ip(u8 protocol, const Buffer& payload) {
        receive_raw_ip(fakes::ipv4(kPeer, kLocal, protocol, payload));
    }
    void receive_udp(net::Endpoint from, net::Endpoint to, const Buffer& payload) {
        receive_raw_ip(fakes::ipv4(from.address, to.address, net::wire::kProtocolUdp,
                                   fakes::udp(from, to, payload)));
    }
    void receive_arp(u16 operation, net::Ipv4Address sender, net::Ipv4Address target,
                     net::MacAddress sender_mac = kPeerMac) {
        Buffer packet(net::wire::ArpPacket::kSize);
        Writer writer(packet);
        net::wire::ArpPacket{operation, sender_mac, sender, device.mac(), target}.emit(writer);
        receive_frame(fakes::ethernet(device.mac(), sender_mac, net::wire::kEtherTypeArp, packet));
    }
    /// The peer's MAC becomes known without traffic left over.
    void know_peer() {
        receive_arp(net::wire::ArpPacket::kRequest, kPeer, kLocal);
        poll();
        device.sent.clear();
    }

    Buffer expect_frame(u16 type) {
        REQUIRE_FALSE(device.sent.empty());
        const Buffer frame = device.sent.front();
        device.sent.pop_front();
        const auto header = net::wire::EthernetHeader::parse(frame);
        REQUIRE(header.has_value());
        REQUIRE(header->type == type);
        REQUIRE(header->source == device.mac());
        return {frame.begin() + net::wire::EthernetHeader::kSize, frame.end()};
    }
    net::wire::ArpPacket expect_arp() {
        const auto packet = net::wire::ArpPacket::parse(expect_frame(net::wire::kEtherTypeArp));
        REQUIRE(packet.has_value());
        return *packet;
    }
    /// The payload of the next packet, which must have a correct header and transport checksum.
    Buffer expect_ip(u8 protocol) {
        const Buffer packet = expect_frame(net::wire::kEtherTypeIpv4);
        const auto header = net::wire::Ipv4Header::parse(packet, packet.size());
        REQUIRE(header.has_value());
        REQUIRE(header->protocol == protocol);
        const Buffer payload(packet.begin() + header->header_size, packet.end());
        if (protocol != net::wire::kProtocolIcmp) {
            net::wire::InternetChecksum sum;
            sum.add_pseudo_header(header->source, header->destination, protocol, payload.size());
            sum.add(Bytes(payload));
            REQUIRE(sum.value() == 0);
        }
        return payload;
    }
    net::Ipv4Address last_ip_source() {
        const Buffer packet = expect_frame(net::wire::kEtherTypeIpv4);
        return net::wire::Ipv4Header::parse(packet, packet.size())->source;
    }
    void expect_nothing() { REQUIRE(device.sent.empty()); }

    Instant now = Instant::from_us(1'000'000);
    fakes::FakeEntropy entropy;
    fakes::FakeNetDevice device;
    net::Interface interface { "net0", device };
    net::Stack stack{entropy};
};

}  // namespace kedge::tests
