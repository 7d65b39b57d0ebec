// TFTP windows (RFC 7440) as dialogues.
#include "tftp_dialogue.h"

using namespace kedge;
using namespace kedge::proto::test;
using kedge::proto::TftpTransfer;

namespace {

/// In a session with blocks of 8 bytes and windows of 4.
struct Windows : TftpDialogue {
    Windows() { reach_receiving(option("blksize", 8) + option("windowsize", 4)); }
    void blocks(unsigned from, unsigned to, i64 ms = 1) {
        for (unsigned block = from; block <= to; ++block) {
            receive(data(block & 0xffff, std::string(8, static_cast<char>('a' + block % 26))), ms);
        }
    }
    void finish_after(unsigned last) {
        port.sent.clear();
        receive(data(last + 1, "end"), 5000);
        expect(ack(last + 1));
        CHECK(transfer.state() == State::done);
        std::string wanted;
        for (unsigned block = 1; block <= last; ++block) {
            wanted += std::string(8, static_cast<char>('a' + block % 26));
        }
        CHECK(sink.body == wanted + "end");
    }
};

}  // namespace

TEST_CASE("TFTP: a window is acknowledged once") {
    Windows d;
    d.blocks(1, 3);
    d.expect_nothing();
    d.blocks(4, 4);
    d.expect(ack(4));
    d.blocks(5, 8);
    d.expect(ack(8));
    d.expect_nothing();
    d.finish_after(8);
}

TEST_CASE("TFTP: a gap in a window is told once, and the window begins anew there") {
    Windows d;
    d.blocks(1, 1);
    d.blocks(3, 4);
    d.expect(ack(1));
    d.expect_nothing();
    SECTION("the server goes on after it") {
        d.blocks(2, 4);
        d.expect_nothing();
        d.blocks(5, 5);
        d.expect(ack(5));
        d.finish_after(5);
    }
    SECTION("the same block is lost again") {
        d.blocks(3, 5);
        d.expect(ack(1));
        d.expect_nothing();
        d.blocks(2, 5);
        d.expect(ack(5));
        d.finish_after(5);
    }
    SECTION("what we told is lost: the timer says it again") {
        d.poll(251);
        d.expect(ack(1));
        d.blocks(2, 5);
        d.expect(ack(5));
        d.finish_after(5);
    }
}

TEST_CASE("TFTP: a window whose end is lost is asked for by the timer") {
    Windows d;
    d.blocks(1, 3);
    d.poll(252);
    d.expect(ack(3));
    d.blocks(4, 7);
    d.expect(ack(7));
    d.finish_after(7);
}

TEST_CASE("TFTP: a window that the server repeats is answered once, at its end") {
    Windows d;
    d.blocks(1, 4);
    d.expect(ack(4));
    d.blocks(1, 4, 1001);
    d.expect(ack(4));
    d.blocks(1, 4, 1002);
    d.expect_nothing();
    d.blocks(5, 6, 1003);
    d.blocks(1, 6, 2000);  // in the middle of a window it says nothing new
    d.expect_nothing();
    d.finish_after(6);
}

TEST_CASE("TFTP: windows over the end of the block counter") {
    const bool to_one = GENERATE(false, true);
    const bool lost = GENERATE(false, true);
    Windows d;
    for (unsigned block = 1; block <= 65535; ++block) {
        d.blocks(block, block);
        d.port.sent.clear();
    }
    const size_t whole = size_t{65535} * 8;
    REQUIRE(d.sink.body.size() == whole);
    const unsigned first = to_one ? 1 : 0;
    if (!lost && !to_one) d.receive(data(0, "00000000"));
    d.receive(data(1, "11111111"));
    if (lost || to_one) {
        d.expect(ack(65535));
        d.receive(data(2, "22222222"));
        CHECK(d.sink.body.size() == whole);
        d.receive(data(first, to_one ? "11111111" : "00000000"));
        if (!to_one) d.receive(data(1, "11111111"));
    }
    d.port.sent.clear();
    d.receive(data(2, "end"));
    d.expect(ack(2));
    CHECK(d.transfer.state() == State::done);
    CHECK(d.sink.body.substr(whole) == (to_one ? "11111111end" : "0000000011111111end"));
}

TEST_CASE("TFTP: windows that we did not ask for") {
    const char* value = GENERATE("0", "65", "65535", "65536", "-1", "");
    TftpDialogue d;
    d.start();
    d.expect_request();
    d.receive(oack(std::string("windowsize") + '\0' + value + '\0'));
    d.expect_error(8);
    d.failure(Error::protocol);
}
