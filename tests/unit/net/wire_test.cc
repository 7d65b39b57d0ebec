#include <catch2/catch.hpp>
#include <random>

#include "fakes/net.h"

using namespace kedge;
using namespace kedge::net::wire;
using fakes::Buffer;

namespace {
const net::Ipv4Address kA = net::Ipv4Address::of(10, 0, 0, 1);
const net::Ipv4Address kB = net::Ipv4Address::of(10, 0, 0, 2);

Buffer plain_ipv4() { return fakes::ipv4(kA, kB, 17, Buffer(20)); }

void fix_checksum(Buffer& packet) {
    packet[10] = packet[11] = 0;
    const size_t size = min(size_t{(packet[0] & 15u) * 4u}, packet.size());
    store_be<u16>(MutableBytes(packet).subspan(10), internet_checksum(Bytes(packet).first(size)));
}
}  // namespace

TEST_CASE("checksum agrees with RFC 1071 in pieces of any size") {
    const u8 example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    CHECK(internet_checksum(example) == static_cast<u16>(~0xddf2));

    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        Buffer data(random() % 3000);
        for (u8& byte : data) byte = random() % 4 == 0 ? 0xff : static_cast<u8>(random());
        u32 slow = 0;
        for (size_t i = 0; i < data.size(); ++i) {
            slow += i % 2 == 0 ? data[i] << 8 : data[i];
            slow = (slow & 0xffff) + (slow >> 16);
        }
        InternetChecksum sum;
        for (size_t at = 0; at < data.size();) {
            const size_t size = min(size_t{random() % 97}, data.size() - at);
            sum.add(Bytes(data).subspan(at, size));
            at += size;
        }
        REQUIRE(sum.value() == static_cast<u16>(~slow));
    }
}

TEST_CASE("IPv4 lengths that contradict each other are refused") {
    Buffer packet = plain_ipv4();
    CHECK(Ipv4Header::parse(packet, packet.size()).has_value());
    SECTION("header length below 20") { packet[0] = 0x44; }
    SECTION("header longer than the frame") {
        packet.resize(20);
        packet[0] = 0x46;
        store_be<u16>(MutableBytes(packet).subspan(2), 20);
    }
    SECTION("total length below the header") { store_be<u16>(MutableBytes(packet).subspan(2), 19); }
    SECTION("total length above the frame") { store_be<u16>(MutableBytes(packet).subspan(2), 41); }
    SECTION("another version") { packet[0] = 0x65; }
    fix_checksum(packet);
    CHECK_FALSE(Ipv4Header::parse(packet, packet.size()).has_value());
}

TEST_CASE("IPv4 with a wrong checksum or cut short is refused") {
    Buffer packet = plain_ipv4();
    packet[11] ^= 1;
    CHECK_FALSE(Ipv4Header::parse(packet, packet.size()).has_value());
    packet[11] ^= 1;
    for (size_t size = 0; size < 20; ++size) {
        CHECK_FALSE(Ipv4Header::parse(Bytes(packet).first(size), packet.size()).has_value());
    }
}

TEST_CASE("UDP length below 8 or above the packet is refused") {
    Buffer datagram = fakes::udp({kA, 1}, {kB, 2}, Buffer(4));
    CHECK(UdpHeader::parse(datagram, datagram.size()).has_value());
    for (u16 bad : {0, 7, 13, 65535}) {
        store_be<u16>(MutableBytes(datagram).subspan(4), bad);
        CHECK_FALSE(UdpHeader::parse(datagram, datagram.size()).has_value());
    }
    CHECK_FALSE(UdpHeader::parse(Bytes(datagram).first(7), 7).has_value());
}

TEST_CASE("TCP header below 20, beyond the segment, or with option length 0 is refused") {
    TcpHeader header;
    header.mss = 1460;
    Buffer segment = fakes::tcp({kA, 1}, {kB, 2}, header, Buffer(8));
    REQUIRE(TcpHeader::parse(segment).has_value());
    CHECK(TcpHeader::parse(segment)->mss == 1460);
    SECTION("data offset 4") { segment[12] = 0x40; }
    SECTION("data offset beyond the end") { segment[12] = 0xf0; }
    SECTION("option length 0") { segment[21] = 0; }
    SECTION("option length 1") { segment[21] = 1; }
    SECTION("option beyond the header") { segment[21] = 5; }
    CHECK_FALSE(TcpHeader::parse(segment).has_value());
}

TEST_CASE("TCP options survive emit and parse") {
    TcpHeader header;
    header.syn = header.has_ack = true;
    header.seq = 0xfffffff0;
    header.ack = 5;
    header.window = 0x1234;
    header.window_scale = 7;
    header.sack_permitted = true;
    header.sack_count = 2;
    header.sack = {{{1, 2}, {0xffffffff, 3}}};
    const Buffer segment = fakes::tcp({kA, 1}, {kB, 2}, header, {});
    CHECK(segment.size() == header.emitted_size());
    const auto parsed = TcpHeader::parse(segment);
    REQUIRE(parsed.has_value());
    CHECK(parsed->syn);
    CHECK(parsed->has_ack);
    CHECK_FALSE(parsed->fin);
    CHECK(parsed->seq == 0xfffffff0);
    CHECK(parsed->window_scale == 7);
    CHECK(parsed->sack_permitted);
    REQUIRE(parsed->sack_count == 2);
    CHECK(parsed->sack[1].left == 0xffffffff);
    CHECK(parsed->header_size == segment.size());
}

TEST_CASE("random bytes never break a header parser") {
    std::mt19937 random(3);
    for (int round = 0; round < 20000; ++round) {
        Buffer data(random() % 80);
        for (u8& byte : data) byte = static_cast<u8>(random());
        if (!data.empty() && round % 2 == 0) data[0] = 0x45 + random() % 11;
        static_cast<void>(EthernetHeader::parse(data));
        static_cast<void>(ArpPacket::parse(data));
        static_cast<void>(Ipv4Header::parse(data, random() % 100));
        static_cast<void>(UdpHeader::parse(data, data.size()));
        const auto tcp = TcpHeader::parse(data);
        if (tcp) CHECK(tcp->header_size <= data.size());
    }
}
