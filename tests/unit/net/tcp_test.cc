// Dialogues with a TcpStream: the test is the peer, and time is made up.
#include <random>

#include "unit/net/tcp_fixture.h"

using namespace kedge;
using namespace kedge::net;
using fakes::Buffer;
using net::wire::TcpHeader;
using tests::pattern;
using tests::Received;
using tests::StackFixture;
using tests::TcpFixture;

TEST_CASE_METHOD(TcpFixture, "SYN carries MSS, window scale and SACK permitted; window is 2 MiB") {
    connect();
    const Segment syn = expect_tcp();
    CHECK(syn.header.syn);
    CHECK_FALSE(syn.header.has_ack);
    CHECK(syn.header.mss == 1460);
    REQUIRE(syn.header.window_scale.has_value());
    CHECK(syn.header.sack_permitted);
    CHECK((0xffffu << *syn.header.window_scale) >= (2u << 20));
}

TEST_CASE_METHOD(TcpFixture, "after the handshake the whole window is advertised") {
    connect();
    const u8 scale = *expect_tcp().header.window_scale;
    our_next = entropy.next_u32();  // unknown: taken from the next SYN
    advance(Duration::ms(1000));
    poll();
    const Segment again = expect_tcp();
    CHECK(again.header.syn);
    our_next = again.header.seq + 1;
    TcpHeader header = ack_header(kPeerIss);
    header.syn = true;
    header.window_scale = 3;
    reply(header);
    poll();
    CHECK((u32{expect_tcp().header.window} << scale) == (2u << 20));
}

TEST_CASE_METHOD(TcpFixture, "SYN is repeated with doubling and ends in timed_out") {
    connect();
    expect_tcp();
    for (int ms : {1000, 2000, 4000, 8000}) {
        advance(Duration::ms(ms - 1));
        poll();
        expect_nothing();
        advance(Duration::ms(1));
        poll();
        CHECK(expect_tcp().header.syn);
    }
    advance(Duration::seconds(5));
    poll();
    CHECK(sink.closed == std::vector{Error::timed_out});
    CHECK(stack.poll_at() == Instant::never());
}

TEST_CASE_METHOD(TcpFixture, "a reset answers the SYN: refused, but only with the right number") {
    connect();
    const Segment syn = expect_tcp();
    TcpHeader rst;
    rst.rst = rst.has_ack = true;
    rst.ack = syn.header.seq;  // not what we sent
    reply(rst);
    poll();
    CHECK(sink.closed.empty());
    rst.ack = syn.header.seq + 1;
    reply(rst);
    poll();
    CHECK(sink.closed == std::vector{Error::connection_refused});
}

TEST_CASE_METHOD(StackFixture, "no ARP answer: host_unreachable, no route: at once") {
    Received sink;
    auto stream = stack.connect({kPeer, 80}, sink, now);
    REQUIRE(stream.ok());
    for (int i = 0; i < 50; ++i) {
        advance(Duration::ms(100));
        poll();
    }
    CHECK(sink.closed == std::vector{Error::host_unreachable});
    Ipv4Config config = interface.config();
    config.gateway = {};
    interface.configure(config);
    CHECK(stack.connect({Ipv4Address::of(8, 8, 8, 8), 80}, sink, now).error() ==
          Error::network_unreachable);
}

TEST_CASE_METHOD(TcpFixture, "one acknowledgement for everything received in a poll") {
    establish();
    for (u32 i = 0; i < 10; ++i) data(kFirst + i * 1000, pattern(1000, i * 1000));
    poll();
    CHECK(expect_tcp().header.ack == kFirst + 10000);
    expect_nothing();
    CHECK(sink.data == pattern(10000));
    poll();
    expect_nothing();
}

TEST_CASE_METHOD(TcpFixture, "a coalesced 64 KiB segment in many parts, with a blank checksum") {
    establish();
    const Buffer body = pattern(60000);
    Buffer segment = fakes::tcp(kRemote, local, ack_header(kFirst), body);
    segment[16] ^= 0x55;  // only a pseudo-header sum on a real virtio card
    const Buffer frame = fakes::ethernet(device.mac(), kPeerMac, wire::kEtherTypeIpv4,
                                         fakes::ipv4(kPeer, kLocal, 6, segment));
    fakes::FakeNetDevice::Incoming incoming;
    incoming.head.assign(frame.begin(), frame.begin() + 4084);
    for (size_t at = 4084; at < frame.size(); at += 4096) {
        incoming.rest.emplace_back(frame.begin() + static_cast<long>(at),
                                   frame.begin() + static_cast<long>(min(at + 4096, frame.size())));
    }
    incoming.checksum = Checksum::verified;
    incoming.segment_size = 1448;
    device.incoming.push_back(incoming);
    incoming.checksum = Checksum::unknown;
    device.incoming.push_back(incoming);  // now the sum is wrong: dropped
    poll();
    CHECK(sink.data == body);
    CHECK(sink.calls == 1);
    CHECK(stack.counters().dropped == 1);
    CHECK(expect_tcp().header.ack == kFirst + 60000);
}

TEST_CASE_METHOD(TcpFixture, "out of order data is kept, reported by SACK and delivered once") {
    establish();
    data(kFirst + 2000, pattern(1000, 2000));
    poll();
    Segment first = expect_tcp();
    CHECK(first.header.ack == kFirst);
    REQUIRE(first.header.sack_count == 1);
    CHECK(first.header.sack[0].left == kFirst + 2000);
    CHECK(first.header.sack[0].right == kFirst + 3000);

    data(kFirst + 5000, pattern(1000, 5000));
    poll();
    const Segment second = expect_tcp();
    REQUIRE(second.header.sack_count == 2);
    CHECK(second.header.sack[0].left == kFirst + 5000);  // the newest first
    CHECK(sink.data.empty());

    data(kFirst, pattern(2500));  // overlaps what is held
    poll();
    CHECK(sink.data == pattern(3000));
    const Segment third = expect_tcp();
    CHECK(third.header.ack == kFirst + 3000);
    CHECK(third.header.sack_count == 1);

    data(kFirst + 3000, pattern(2000, 3000));
    poll();
    CHECK(sink.data == pattern(6000));
    CHECK(expect_tcp().header.sack_count == 0);
}

TEST_CASE_METHOD(TcpFixture,
                 "a segment that fills a hole and covers a range goes on into the next") {
    establish();
    data(kFirst + 1000, pattern(1000, 1000));
    data(kFirst + 4000, pattern(16000, 4000));
    poll();
    expect_tcp();
    data(kFirst, pattern(10000));  // coalesced: beyond the first range, into the second
    poll();
    CHECK(sink.data == pattern(20000));
    const Segment last = expect_tcp();
    CHECK(last.header.ack == kFirst + 20000);
    CHECK(last.header.sack_count == 0);
}

TEST_CASE_METHOD(TcpFixture, "data held beyond a FIN is not delivered") {
    establish();
    data(kFirst + 50, pattern(100, 50));
    data(kFirst, pattern(50), true);
    poll();
    CHECK(sink.data == pattern(50));
    CHECK(sink.closed == std::vector{Error::none});
}

TEST_CASE_METHOD(TcpFixture, "an acknowledgement of what was never sent brings no data in") {
    establish();
    TcpHeader header = ack_header(kFirst);
    header.ack = our_next + 1;
    reply(header, pattern(10));
    header.ack = our_next - (1u << 30);
    reply(header, pattern(10));
    poll();
    CHECK(sink.data.empty());
    CHECK(expect_tcp().header.ack == kFirst);
}

TEST_CASE_METHOD(TcpFixture, "a SYN answered for an older connection is followed by a reset") {
    connect();
    const Segment syn = expect_tcp();
    TcpHeader challenge;
    challenge.has_ack = true;
    challenge.seq = 77;
    challenge.ack = syn.header.seq + 5000;
    reply(challenge);
    poll();
    const Segment rst = expect_tcp();
    CHECK(rst.header.rst);
    CHECK(rst.header.seq == challenge.ack);
    advance(Duration::seconds(1));
    poll();
    CHECK(expect_tcp().header.syn);
}

TEST_CASE_METHOD(TcpFixture, "a stream whose address is gone ends at once") {
    establish();
    Ipv4Config config = interface.config();
    config.address = Ipv4Address::of(10, 0, 0, 9);
    interface.configure(config);
    poll();
    CHECK(sink.closed == std::vector{Error::network_unreachable});
    expect_nothing();
}

TEST_CASE_METHOD(TcpFixture, "with a /32 netmask TCP still arrives") {
    Ipv4Config config = interface.config();
    config.netmask = Ipv4Address::broadcast();
    config.gateway = kPeer;
    config.routes[0] = {kPeer, 32, {}};
    config.route_count = 1;
    interface.configure(config);
    know_peer();
    establish();
    data(kFirst, pattern(10));
    poll();
    CHECK(sink.data.size() == 10);
}

TEST_CASE_METHOD(TcpFixture, "a peer without SACK gets a duplicate per segment") {
    establish(false);
    for (u32 i = 1; i <= 3; ++i) data(kFirst + i * 100, pattern(100, i * 100));
    poll();
    for (int i = 0; i < 3; ++i) {
        const Segment duplicate = expect_tcp();
        CHECK(duplicate.header.ack == kFirst);
        CHECK(duplicate.header.sack_count == 0);
    }
    expect_nothing();
}

TEST_CASE_METHOD(TcpFixture, "data beyond the window and old data are not delivered") {
    establish();
    data(kFirst + (2u << 20), pattern(100));
    poll();
    CHECK(expect_tcp().header.ack == kFirst);
    data(kFirst, pattern(100));
    data(kFirst, pattern(100));
    data(kFirst + 50, pattern(100, 50));
    poll();
    CHECK(sink.data == pattern(150));
    CHECK(expect_tcp().header.ack == kFirst + 150);
}

TEST_CASE_METHOD(TcpFixture, "FIN before its data closes only after the data") {
    establish();
    data(kFirst + 100, pattern(100, 100), true);
    poll();
    CHECK(sink.closed.empty());
    expect_tcp();
    data(kFirst, pattern(100));
    poll();
    CHECK(sink.data == pattern(200));
    CHECK(sink.closed == std::vector{Error::none});
    const Segment fin = expect_tcp();
    CHECK(fin.header.ack == kFirst + 201);
    CHECK(fin.header.fin);
    TcpHeader last = ack_header(kFirst + 201);
    last.ack = fin.header.seq + 1;
    reply(last);
    poll();
    CHECK(stack.open_streams() == 0);
    stream.reset();
    expect_nothing();
}

TEST_CASE_METHOD(TcpFixture, "our close: FIN, then the peer's FIN") {
    establish();
    stream->close();
    poll();
    const Segment fin = expect_tcp();
    CHECK(fin.header.fin);
    CHECK(stream->send(Buffer{1}).error() == Error::not_connected);
    our_next = fin.header.seq + 1;
    data(kFirst, pattern(10));  // still welcome
    poll();
    CHECK(sink.data.size() == 10);
    expect_tcp();
    data(kFirst + 10, {}, true);
    poll();
    CHECK(expect_tcp().header.ack == kFirst + 11);
    CHECK(sink.closed == std::vector{Error::none});
    CHECK(stack.open_streams() == 0);
}

TEST_CASE_METHOD(TcpFixture, "a request is repeated until acknowledged") {
    establish();
    REQUIRE(stream->send(pattern(3000)).ok());
    poll();
    size_t sent = 0;
    while (!device.sent.empty()) {
        const Segment segment = expect_tcp();
        CHECK(segment.header.seq == our_next + sent);
        CHECK(segment.payload == pattern(segment.payload.size(), sent));
        sent += segment.payload.size();
    }
    CHECK(sent == 3000);
    advance(Duration::seconds(1));
    poll();
    CHECK(expect_tcp().header.seq == our_next);  // the congestion window is one segment now
    expect_nothing();
    our_next += 3000;
    ack();
    poll();
    expect_nothing();
    CHECK(stack.poll_at() == now + Duration::seconds(15));  // keep-alive
    CHECK(stack.counters().tcp_retransmits == 1);
}

TEST_CASE_METHOD(TcpFixture, "three duplicates repeat a lost segment without waiting") {
    establish();
    REQUIRE(stream->send(pattern(4000)).ok());
    poll();
    device.sent.clear();
    ack();  // changes the window: no duplicate
    for (int i = 0; i < 2; ++i) ack();
    poll();
    expect_nothing();
    ack();
    poll();
    const Segment again = expect_tcp();
    CHECK(again.header.seq == our_next);
    CHECK(again.payload == pattern(1460));
}

TEST_CASE_METHOD(TcpFixture, "a zero window is probed and opens again") {
    establish();
    TcpHeader closed = ack_header(kFirst);
    closed.window = 0;
    reply(closed);
    poll();
    REQUIRE(stream->send(pattern(100)).ok());
    poll();
    expect_nothing();
    advance(Duration::seconds(1));
    poll();
    CHECK(expect_tcp().payload.size() == 1);
    our_next += 1;
    ack();
    poll();
    CHECK(expect_tcp().payload == pattern(99, 1));
}

TEST_CASE_METHOD(TcpFixture,
                 "a probe that was not taken is the first to go when the window opens") {
    establish();
    TcpHeader closed = ack_header(kFirst);
    closed.window = 0;
    reply(closed);
    poll();
    REQUIRE(stream->send(pattern(100)).ok());
    for (int i = 0; i < 60; ++i) {  // alive for a minute, but closed
        advance(Duration::seconds(1));
        poll();
        while (!device.sent.empty()) CHECK(expect_tcp().payload.size() == 1);
        reply(closed);
    }
    CHECK(sink.closed.empty());
    ack();
    poll();
    const Segment all = expect_tcp();
    CHECK(all.header.seq == our_next);
    CHECK(all.payload == pattern(100));
}

TEST_CASE_METHOD(TcpFixture, "a request nobody acknowledges times out") {
    establish();
    REQUIRE(stream->send(pattern(10)).ok());
    for (int i = 0; i < 400 && sink.closed.empty(); ++i) {
        poll();
        advance(Duration::ms(100));
    }
    CHECK(sink.closed == std::vector{Error::timed_out});
}

TEST_CASE_METHOD(TcpFixture, "RFC 5961: resets and SYNs that miss are challenged") {
    establish();
    TcpHeader rst = ack_header(kFirst + 10);
    rst.rst = true;
    reply(rst);
    poll();
    CHECK(expect_tcp().header.ack == kFirst);
    TcpHeader syn = ack_header(kFirst);
    syn.syn = true;
    reply(syn);
    poll();
    CHECK(expect_tcp().header.ack == kFirst);
    rst.seq = kFirst + (3u << 20);  // outside the window: not even an answer
    reply(rst);
    poll();
    expect_nothing();
    CHECK(sink.closed.empty());
    rst.seq = kFirst;
    reply(rst);
    poll();
    CHECK(sink.closed == std::vector{Error::connection_reset});
}

TEST_CASE_METHOD(TcpFixture, "a keep-alive probe is answered") {
    establish();
    TcpHeader probe = ack_header(kFirst - 1);
    reply(probe);
    poll();
    CHECK(expect_tcp().header.ack == kFirst);
}

TEST_CASE_METHOD(TcpFixture, "destroying an open stream resets it; the sink hears nothing more") {
    establish();
    stream.reset();
    CHECK(expect_tcp().header.rst);
    data(kFirst, pattern(10));
    poll();
    expect_nothing();
    CHECK(sink.data.empty());
    CHECK(sink.closed.empty());
}

TEST_CASE_METHOD(TcpFixture, "an acknowledgement that the card had no room for is sent later") {
    establish();
    data(kFirst, pattern(10));
    device.transmit_result = Error::busy;
    poll();
    device.transmit_result = {};
    poll();
    CHECK(expect_tcp().header.ack == kFirst + 10);
}

TEST_CASE_METHOD(TcpFixture,
                 "any order, loss and duplication: the bytes come out once and in order") {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::mt19937 random(seed);
        stream.reset();
        device.sent.clear();
        sink.data.clear();
        sink.connected = false;
        establish(seed % 2 == 0);
        constexpr u32 kTotal = 3u << 20;  // more than a window
        const Buffer whole = pattern(kTotal);
        u32 acknowledged = 0;
        for (int round = 0; acknowledged < kTotal && round < 20000; ++round) {
            for (int i = 0; i < 12; ++i) {
                const u32 reach = min(kTotal - acknowledged, 300'000u);
                const u32 from =
                    acknowledged + (random() % 3 == 0 ? 0 : static_cast<u32>(random()) % reach);
                const u32 size = min(kTotal - from, 1 + static_cast<u32>(random()) % 60000);
                data(kFirst + from, Buffer(whole.begin() + from, whole.begin() + from + size),
                     from + size == kTotal && random() % 2 == 0);
            }
            poll();
            while (!device.sent.empty()) {
                const Segment segment = expect_tcp();
                const u32 got = segment.header.ack - kFirst;
                REQUIRE(got <= kTotal + 1);
                acknowledged = max(acknowledged, min(got, kTotal));
            }
        }
        REQUIRE(sink.data.size() == kTotal);
        REQUIRE(sink.data == whole);
    }
}

TEST_CASE_METHOD(TcpFixture, "more holes than are kept track of: the rest is sent again") {
    establish();
    for (u32 i = 399; i < 400; i -= 2) data(kFirst + i, pattern(1, i));  // the worst order
    poll();
    device.sent.clear();
    for (u32 at = 0; sink.data.size() < 400; at = static_cast<u32>(sink.data.size())) {
        data(kFirst + at, pattern(1, at));
        poll();
        REQUIRE(sink.data.size() > at);
    }
    CHECK(sink.data == pattern(400));
}
