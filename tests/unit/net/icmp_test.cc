// Echoes both ways, and ICMP errors that find the sender of what they quote.
#include "net/wire/icmp.h"
#include "net/ping.h"
#include "unit/net/stack_fixture.h"

using namespace kedge;
using namespace kedge::net;
using fakes::Buffer;
using tests::StackFixture;

namespace {

struct Answers final : PingSink {
    struct One {
        Ipv4Address from;
        u16 sequence;
        size_t size;
        Error why;
    };
    void on_reply(Ipv4Address from, u16 sequence, size_t size, Instant) override {
        got.push_back({from, sequence, size, Error::none});
    }
    void on_unreachable(Ipv4Address from, u16 sequence, Error why) override {
        got.push_back({from, sequence, 0, why});
    }
    std::vector<One> got;
};

struct Errors final : DatagramSink {
    void on_datagram(Endpoint, Ipv4Address, const Parts&, Instant) override {}
    void on_error(Endpoint peer, Error why) override { got.emplace_back(peer, why); }
    std::vector<std::pair<Endpoint, Error>> got;
};

class IcmpFixture : public StackFixture {
  public:
    static constexpr Ipv4Address kRouter = Ipv4Address::of(10, 0, 0, 254);

    void receive_icmp(Ipv4Address from, Buffer message) {
        store_be<u16>(MutableBytes(message).subspan(2), 0);
        store_be<u16>(MutableBytes(message).subspan(2), wire::internet_checksum(message));
        receive_raw_ip(fakes::ipv4(from, kLocal, wire::kProtocolIcmp, message));
    }
    void receive_error(u8 type, u8 code, const Buffer& quoted, u16 mtu = 0) {
        Buffer message{type, code, 0, 0, 0, 0, static_cast<u8>(mtu >> 8), static_cast<u8>(mtu)};
        message.insert(message.end(), quoted.begin(), quoted.end());
        receive_icmp(kRouter, message);
    }
    Buffer sent_packet() { return expect_frame(wire::kEtherTypeIpv4); }
};

}  // namespace

TEST_CASE_METHOD(IcmpFixture, "ping: a reply with our identifier from whom we asked counts") {
    know_peer();
    Answers answers;
    Ping ping(stack, answers);
    REQUIRE(ping.send(kPeer, 7, 56).ok());
    Buffer echo = expect_ip(wire::kProtocolIcmp);
    REQUIRE(echo.size() == 64);
    CHECK(echo[0] == 8);
    CHECK(wire::internet_checksum(echo) == 0);
    echo[0] = 0;
    receive_icmp(kRouter, echo);  // not the one we asked
    receive_icmp(kPeer, echo);
    echo[5] ^= 1;  // another identifier
    receive_icmp(kPeer, echo);
    poll();
    REQUIRE(answers.got.size() == 1);
    CHECK(answers.got[0].from == kPeer);
    CHECK(answers.got[0].sequence == 7);
    CHECK(answers.got[0].size == 56);
}

TEST_CASE_METHOD(IcmpFixture, "ping: errors come back with the sequence number") {
    know_peer();
    Answers answers;
    Ping ping(stack, answers);
    REQUIRE(ping.send(kPeer, 3, 0).ok());
    const Buffer packet = sent_packet();
    receive_error(3, 10, packet);
    poll();
    REQUIRE(answers.got.size() == 1);
    CHECK(answers.got[0].from == kRouter);
    CHECK(answers.got[0].sequence == 3);
    CHECK(answers.got[0].why == Error::access_denied);
}

TEST_CASE_METHOD(IcmpFixture, "ping: no ARP answer is an error from ourselves") {
    Answers answers;
    Ping ping(stack, answers);
    REQUIRE(ping.send(kPeer, 9, 8).ok());
    for (int i = 0; i < 50; ++i) {
        advance(Duration::ms(100));
        poll();
    }
    REQUIRE(answers.got.size() == 1);
    CHECK(answers.got[0].from == kLocal);
    CHECK(answers.got[0].sequence == 9);
    CHECK(answers.got[0].why == Error::host_unreachable);
    CHECK(ping.send(Ipv4Address::of(10, 0, 0, 2), 9, Ping::kMaxPayload + 1).error() ==
          Error::too_large);
}

TEST_CASE_METHOD(IcmpFixture, "ping: a large request leaves in fragments that fit the MTU") {
    know_peer();
    Answers answers;
    Ping ping(stack, answers);
    REQUIRE(ping.send(kPeer, 1, 4000).ok());
    size_t bytes = 0;
    bool more = true;
    u16 identification = 0;
    while (!device.sent.empty()) {
        const Buffer packet = sent_packet();
        const auto header = wire::Ipv4Header::parse(packet, packet.size());
        REQUIRE(header.has_value());
        CHECK(header->total_length <= 1500);
        CHECK(header->fragment_offset == bytes);
        if (bytes != 0) CHECK(header->identification == identification);
        identification = header->identification;
        bytes += header->total_length - 20u;
        more = header->more_fragments;
    }
    CHECK_FALSE(more);
    CHECK(bytes == 4008);
}

TEST_CASE_METHOD(IcmpFixture, "an ICMP error reaches the UDP socket that sent the datagram") {
    know_peer();
    Errors errors, others;
    UdpSocket socket(stack, errors);
    UdpSocket other(stack, others);
    REQUIRE(socket.bind(1000).ok());
    REQUIRE(other.bind(1001).ok());
    REQUIRE(socket.send_to({kPeer, 69}, Buffer(100)).ok());
    Buffer packet = sent_packet();
    packet.resize(28);  // the least a router quotes
    receive_error(3, 3, packet);
    receive_error(3, 4, packet, 1400);  // routers may fragment UDP: no error
    packet.resize(27);
    receive_error(3, 3, packet);
    packet.resize(10);
    receive_error(3, 3, packet);
    receive_error(3, 3, {});
    poll();
    REQUIRE(errors.got.size() == 1);
    CHECK(errors.got[0].first == Endpoint{kPeer, 69});
    CHECK(errors.got[0].second == Error::connection_refused);
    CHECK(others.got.empty());
}

TEST_CASE_METHOD(IcmpFixture, "a ping in fragments is answered in fragments") {
    know_peer();
    Answers answers;
    Ping ping(stack, answers);
    REQUIRE(ping.send(kPeer, 1, 5000).ok());
    // Our own request comes back from the peer.
    std::vector<Buffer> packets;
    while (!device.sent.empty()) packets.push_back(sent_packet());
    const auto send_back = [&](const Buffer& packet) {
        auto header = *wire::Ipv4Header::parse(packet, packet.size());
        std::swap(header.source, header.destination);
        Buffer out(wire::Ipv4Header::kSize);
        Writer writer(out);
        header.emit(writer);
        out.insert(out.end(), packet.begin() + header.header_size, packet.end());
        receive_raw_ip(out);
    };
    for (const Buffer& packet : packets) send_back(packet);
    poll();
    // And our answer to it comes back as the peer's.
    REQUIRE(device.sent.size() == packets.size());
    packets.clear();
    while (!device.sent.empty()) packets.push_back(sent_packet());
    for (const Buffer& packet : packets) send_back(packet);
    poll();
    REQUIRE(answers.got.size() == 1);
    CHECK(answers.got[0].size == 5000);
}
