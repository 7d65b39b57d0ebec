// What a TcpStream sends: loss, recovery and congestion. RFC 5681, 3042 and 6582.
#include "unit/net/tcp_fixture.h"

using namespace kedge;
using namespace kedge::net;
using fakes::Buffer;
using net::wire::TcpHeader;
using tests::pattern;
using tests::TcpFixture;

namespace {

constexpr u32 kMss = 1460;

class SendFixture : public TcpFixture {
  public:
    SendFixture() { establish(); }

    TcpHeader ack_header(u32 seq) const {
        TcpHeader header = TcpFixture::ack_header(seq);
        header.window = 512;  // 64 KiB
        return header;
    }
    void ack(u32 of) {
        TcpHeader header = ack_header(kFirst);
        header.ack = of;
        reply(header);
    }
    /// Offsets of all segments that were sent.
    std::vector<u32> sent() {
        std::vector<u32> offsets;
        while (!device.sent.empty()) {
            const Segment segment = expect_tcp();
            if (!segment.payload.empty()) offsets.push_back(segment.header.seq - our_next);
        }
        return offsets;
    }
};

}  // namespace

TEST_CASE_METHOD(SendFixture, "ten segments at first, then twice as many as are acknowledged") {
    ack(our_next);
    poll();
    REQUIRE(stream->send(pattern(60'000)).ok());
    poll();
    CHECK(sent().size() == 10);
    ack(our_next + 2 * kMss);
    poll();
    CHECK(sent().size() == 4);
}

TEST_CASE_METHOD(SendFixture, "more than the queue holds is refused, and taken later") {
    const size_t room = stream->send_room();
    CHECK(stream->send(Buffer(room + 1)).error() == Error::busy);
    REQUIRE(stream->send(pattern(room)).ok());
    CHECK(stream->send_room() == 0);
    Buffer got;
    ack(our_next);
    for (int i = 0; i < 100 && got.size() < room + 5000; ++i) {
        poll();
        while (!device.sent.empty()) {
            const Segment segment = expect_tcp();
            CHECK(segment.header.seq == our_next + got.size());
            got.insert(got.end(), segment.payload.begin(), segment.payload.end());
        }
        ack(our_next + static_cast<u32>(got.size()));
        if (got.size() > 20'000 && stream->send_room() >= 5000 && got.size() < room) {
            // Wraps around the end of the ring.
            REQUIRE(stream->send(pattern(5000, room)).ok());
            for (int j = 0; j < 100 && got.size() < room + 5000; ++j) {
                poll();
                while (!device.sent.empty()) {
                    const Segment segment = expect_tcp();
                    got.insert(got.end(), segment.payload.begin(), segment.payload.end());
                }
                ack(our_next + static_cast<u32>(got.size()));
            }
        }
    }
    CHECK(got == pattern(room + 5000));
}

TEST_CASE_METHOD(SendFixture, "RFC 3042: the first two duplicates each let a new segment out") {
    ack(our_next);
    poll();
    REQUIRE(stream->send(pattern(60'000)).ok());
    poll();
    sent();
    ack(our_next);
    poll();
    CHECK(sent() == std::vector<u32>{10 * kMss});
    ack(our_next);
    poll();
    CHECK(sent() == std::vector<u32>{11 * kMss});
    ack(our_next);
    poll();
    const std::vector<u32> third = sent();
    REQUIRE_FALSE(third.empty());
    CHECK(third[0] == 0);
}

TEST_CASE_METHOD(SendFixture, "RFC 6582: a partial acknowledgement repeats the next hole at once") {
    ack(our_next);
    poll();
    REQUIRE(stream->send(pattern(60'000)).ok());
    poll();
    sent();
    for (int i = 0; i < 3; ++i) ack(our_next);
    poll();
    CHECK(sent()[0] == 0);
    ack(our_next + 3 * kMss);
    poll();
    const std::vector<u32> next = sent();
    REQUIRE_FALSE(next.empty());
    CHECK(next[0] == 3 * kMss);
    ack(our_next + 60'000);
    poll();
    sent();
    CHECK(stack.counters().tcp_retransmits == 2);
    // The loss halved the window; nothing of what was repeated counts as a new loss.
    for (int i = 0; i < 4; ++i) ack(our_next + 60'000);
    poll();
    CHECK(sent().empty());
}

TEST_CASE_METHOD(SendFixture, "after a time-out everything goes again, one segment first") {
    ack(our_next);
    poll();
    REQUIRE(stream->send(pattern(10 * kMss)).ok());
    poll();
    CHECK(sent().size() == 10);
    advance(Duration::seconds(1));
    poll();
    CHECK(sent() == std::vector<u32>{0});
    ack(our_next + 4 * kMss);  // the three behind it had arrived
    poll();
    const std::vector<u32> next = sent();
    REQUIRE_FALSE(next.empty());
    CHECK(next[0] == 4 * kMss);
    CHECK(next.size() <= 3);
}

TEST_CASE_METHOD(SendFixture, "no sliver is sent while acknowledgements are due") {
    TcpHeader header = ack_header(kFirst);
    header.window = 12;  // 1536 bytes
    reply(header);
    poll();
    REQUIRE(stream->send(pattern(5000)).ok());
    poll();
    CHECK(sent() == std::vector<u32>{0});
}

TEST_CASE_METHOD(SendFixture, "after a pause the window starts small again") {
    ack(our_next);
    poll();
    for (int i = 0; i < 5; ++i) {
        REQUIRE(stream->send(pattern(40'000)).ok());
        for (u32 done = 0; done < 40'000; done += 8000) {
            poll();
            sent();
            ack(our_next + done + 8000);
        }
        poll();
        sent();
        our_next += 40'000;
    }
    advance(Duration::seconds(5));
    REQUIRE(stream->send(pattern(60'000)).ok());
    poll();
    CHECK(sent().size() == 10);
}

TEST_CASE_METHOD(SendFixture, "the peer's end does not cut off what is queued") {
    ack(our_next);
    poll();
    REQUIRE(stream->send(pattern(40'000)).ok());
    poll();
    CHECK(sent().size() == 10);
    TcpHeader fin = ack_header(kFirst);
    fin.fin = true;
    reply(fin);
    poll();
    sent();
    u32 bytes = 10 * kMss;
    bool ended = false;
    for (int i = 0; i < 5 && !ended; ++i) {
        TcpHeader header = ack_header(kFirst + 1);
        header.ack = our_next + bytes;
        reply(header);
        poll();
        while (!device.sent.empty()) {
            const Segment segment = expect_tcp();
            bytes += static_cast<u32>(segment.payload.size());
            ended = ended || segment.header.fin;
        }
    }
    CHECK(bytes == 40'000);
    CHECK(ended);
}
