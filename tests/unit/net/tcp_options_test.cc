// RFC 7323 timestamps, RFC 6528 initial numbers, and what forgers try: RFC 5961 and 5927.
#include "src/net/siphash.h"
#include "unit/net/tcp_fixture.h"

using namespace kedge;
using namespace kedge::net;
using fakes::Buffer;
using net::wire::TcpHeader;
using tests::pattern;
using tests::TcpFixture;

namespace {

class TimestampFixture : public TcpFixture {
  public:
    TimestampFixture() { peer_timestamps = true; }
};

/// An ICMP error about the segment of ours that begins with `seq`.
Buffer icmp_about(u8 code, const Buffer& segment, u16 mtu) {
    const Buffer quoted =
        fakes::ipv4(TcpFixture::kLocal, TcpFixture::kPeer, wire::kProtocolTcp, segment);
    Buffer message{3, code, 0, 0, 0, 0, static_cast<u8>(mtu >> 8), static_cast<u8>(mtu)};
    message.insert(message.end(), quoted.begin(), quoted.begin() + 28);
    store_be<u16>(MutableBytes(message).subspan(2), wire::internet_checksum(message));
    return message;
}

class HintFixture : public TcpFixture {
  public:
    void report(u8 code, u32 seq, u16 mtu = 0) {
        TcpHeader header;
        header.seq = seq;
        receive_ip(wire::kProtocolIcmp,
                   icmp_about(code, fakes::tcp(local, kRemote, header, {}), mtu));
        poll();
    }
};

}  // namespace

TEST_CASE("SipHash-2-4 gives the numbers of its authors") {
    // The vector of eight bytes 00 … 07 with the key 00 … 0f, and that of none.
    const SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    CHECK(siphash(key, std::array<u64, 1>{0x0706050403020100}) == 0x93f5f5799a932462);
    CHECK(siphash(key, {}) == 0x726fdb47dd0e0e31);
}

TEST_CASE_METHOD(TcpFixture, "RFC 6528: initial numbers differ by peer and advance with time") {
    connect();
    const u32 first = expect_tcp().header.seq;
    const u32 same = static_cast<u32>(stack.connection_hash(local, kRemote));
    CHECK(first == static_cast<u32>(now.us() / 4) + same);
    CHECK(static_cast<u32>(stack.connection_hash(local, {kPeer, 81})) != same);
    net::Stack other(entropy);
    CHECK(static_cast<u32>(other.connection_hash(local, kRemote)) != same);
}

TEST_CASE_METHOD(TimestampFixture, "timestamps go into every segment, and the peer's come back") {
    establish();
    peer_clock += 5;
    data(kFirst, pattern(100));
    poll();
    const Segment ack = expect_tcp();
    CHECK(ack.header.has_timestamps);
    CHECK(ack.header.timestamp_echo == peer_clock);
    REQUIRE(stream->send(pattern(3000)).ok());
    advance(Duration::ms(20));
    poll();
    const Segment full = expect_tcp();
    CHECK(full.payload.size() == 1448);
    CHECK(full.header.timestamp == ack.header.timestamp + 20);
    CHECK(full.header.header_size == 32);
}

TEST_CASE_METHOD(TimestampFixture, "beside timestamps there is room for three SACK blocks") {
    establish();
    for (u32 i = 1; i <= 9; i += 2) data(kFirst + i * 100, pattern(100, i * 100));
    poll();
    const Segment ack = expect_tcp();
    CHECK(ack.header.sack_count == 3);
    CHECK(ack.header.sack[0].left == kFirst + 900);
    CHECK(ack.header.header_size == 60);
}

TEST_CASE_METHOD(TimestampFixture, "PAWS: an old timestamp is acknowledged, not taken") {
    establish();
    peer_clock += 100;  // wraps
    data(kFirst, pattern(10));
    poll();
    expect_tcp();
    peer_clock -= 1;
    data(kFirst + 10, pattern(10, 10));
    poll();
    CHECK(sink.data.size() == 10);
    CHECK(expect_tcp().header.ack == kFirst + 10);
    peer_timestamps = false;  // without any: not of this connection
    data(kFirst + 10, pattern(10, 10));
    poll();
    CHECK(sink.data.size() == 10);
    expect_nothing();
    peer_timestamps = true;
    peer_clock += 1;
    data(kFirst + 10, pattern(10, 10));
    poll();
    CHECK(sink.data == pattern(20));
}

TEST_CASE_METHOD(TimestampFixture, "a forged segment far off does not move TS.Recent") {
    establish();
    const u32 good = peer_clock;
    peer_clock += 1u << 30;
    data(kFirst - 1000, pattern(10));
    TcpHeader wrong = ack_header(kFirst);
    wrong.ack = our_next + 100;
    reply(wrong);
    poll();
    expect_tcp();
    peer_clock = good;
    data(kFirst, pattern(10));
    poll();
    CHECK(sink.data.size() == 10);
}

TEST_CASE_METHOD(TimestampFixture, "a segment that fills a hole is echoed, one behind it is not") {
    establish();
    peer_clock += 1;
    const u32 early = peer_clock;
    data(kFirst, pattern(100));
    poll();
    expect_tcp();
    peer_clock += 50;
    data(kFirst + 200, pattern(100, 200));
    poll();
    CHECK(expect_tcp().header.timestamp_echo == early);  // RFC 7323 section 4.3
}

TEST_CASE_METHOD(TimestampFixture, "the round trip of a repeated segment counts with timestamps") {
    establish();
    REQUIRE(stream->send(pattern(100)).ok());
    poll();
    expect_tcp();
    advance(Duration::seconds(1));
    poll();
    echo = expect_tcp().header.timestamp;  // the repeated one arrived
    advance(Duration::ms(30));
    our_next += 100;
    ack();
    poll();
    REQUIRE(stream->send(pattern(100)).ok());
    poll();
    expect_tcp();
    advance(Duration::ms(400));  // the backed-off time-out would be two seconds
    poll();
    expect_tcp();
}

TEST_CASE_METHOD(TcpFixture, "RFC 5961: ten challenges a second, and no more") {
    establish();
    TcpHeader syn = ack_header(kFirst);
    syn.syn = true;
    size_t answers = 0;
    for (int i = 0; i < 50; ++i) {
        reply(syn);
        poll();
        answers += device.sent.size();
        device.sent.clear();
    }
    CHECK(answers == 10);
    data(kFirst, pattern(10));  // the connection itself is not held up
    poll();
    CHECK(expect_tcp().header.ack == kFirst + 10);
    advance(Duration::seconds(1));
    reply(syn);
    poll();
    expect_tcp();
}

TEST_CASE_METHOD(TcpFixture, "keep-alive: probes after 15 s of silence, and an end after eight") {
    establish();
    for (int i = 0; i < 8; ++i) {
        advance(Duration::ms(14'999));
        poll();
        expect_nothing();
        advance(Duration::ms(1));
        poll();
        const Segment probe = expect_tcp();
        CHECK(probe.header.seq == our_next - 1);
        CHECK(probe.payload.empty());
        know_peer();
    }
    SECTION("an answer starts over") {
        ack();
        poll();
        advance(Duration::ms(14'999));
        poll();
        expect_nothing();
        advance(Duration::ms(1));
        poll();
        CHECK(sink.closed.empty());
    }
    SECTION("no answer ends the stream") {
        advance(Duration::seconds(15));
        poll();
        CHECK(sink.closed == std::vector{Error::timed_out});
    }
}

TEST_CASE_METHOD(HintFixture, "port unreachable ends a connecting stream, if the number fits") {
    connect();
    const u32 seq = expect_tcp().header.seq;
    report(3, seq + 1);
    CHECK(sink.closed.empty());
    report(3, seq);
    CHECK(sink.closed == std::vector{Error::connection_refused});
}

TEST_CASE_METHOD(HintFixture, "host unreachable may pass: it is only told when time runs out") {
    connect();
    report(1, expect_tcp().header.seq);
    CHECK(sink.closed.empty());
    advance(Duration::seconds(20));
    poll();
    CHECK(sink.closed == std::vector{Error::host_unreachable});
}

TEST_CASE_METHOD(HintFixture, "an established stream survives port unreachable") {
    establish();
    REQUIRE(stream->send(pattern(100)).ok());
    poll();
    report(3, our_next);
    data(kFirst, pattern(10));
    poll();
    CHECK(sink.closed.empty());
    CHECK(sink.data.size() == 10);
}

TEST_CASE_METHOD(HintFixture, "fragmentation needed: smaller segments at once") {
    establish();
    REQUIRE(stream->send(pattern(5000)).ok());
    poll();
    device.sent.clear();
    report(4, our_next - 1000, 1000);  // not in flight
    expect_nothing();
    report(4, our_next, 1000);
    size_t sent = 0;
    while (!device.sent.empty()) {
        const Segment segment = expect_tcp();
        CHECK(segment.payload.size() <= 960);
        CHECK(segment.payload == pattern(segment.payload.size(), sent));
        sent += segment.payload.size();
    }
    CHECK(sent == 5000);
    report(4, our_next, 68);  // nobody needs that
    CHECK(expect_tcp().payload.size() == 512);
}

TEST_CASE_METHOD(HintFixture, "a claim of a smaller MTU waits while full segments get through") {
    establish();
    REQUIRE(stream->send(pattern(5000)).ok());
    poll();
    device.sent.clear();
    our_next += 1460;
    ack();
    poll();
    device.sent.clear();
    report(4, our_next, 600);
    expect_nothing();
    SECTION("and is forgotten when they go on doing so") {
        our_next += 1460;
        ack();
        poll();
        advance(Duration::seconds(1));
        poll();
        CHECK(expect_tcp().payload.size() == 1460);
    }
    SECTION("and is believed when they do not") {
        advance(Duration::seconds(1));
        poll();
        CHECK(expect_tcp().payload.size() == 560);
    }
}

TEST_CASE_METHOD(TcpFixture, "a path that swallows large packets is noticed") {
    establish();
    REQUIRE(stream->send(pattern(1460)).ok());
    poll();
    CHECK(expect_tcp().payload.size() == 1460);
    size_t last = 1460;
    for (int i = 0; i < 3; ++i) {
        advance(Duration::seconds(3));
        poll();
        while (!device.sent.empty()) last = expect_tcp().payload.size();
    }
    CHECK(last == 512);
}
