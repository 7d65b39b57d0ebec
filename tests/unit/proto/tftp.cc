// TFTP transfers as dialogues.
#include "tftp_dialogue.h"

using namespace kedge;
using namespace kedge::proto::test;
using kedge::proto::TftpTransfer;

TEST_CASE("TFTP: request, options, blocks, last block") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 10) + option("tsize", 14));
    CHECK(d.sink.size == 14u);
    d.receive(data(1, "0123456789"));
    d.expect(ack(1));
    CHECK(d.transfer.state() == State::running);
    d.receive(data(2, "abcd"));
    d.expect(ack(2));
    CHECK(d.transfer.state() == State::done);
    CHECK(d.sink.body == "0123456789abcd");
    CHECK(d.sink.size_calls == 1);
    CHECK(d.transfer.final_uri() == "tftp://10.0.0.1/a/b");
    CHECK(d.transfer.poll_at() == Instant::never());
    d.poll(60'000);
    d.expect_nothing();
}

TEST_CASE("TFTP: a file that fills its last block ends with an empty one") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8) + option("tsize", 8));
    d.receive(data(1, "01234567"));
    d.expect(ack(1));
    CHECK(d.transfer.state() == State::running);
    d.receive(data(2, ""));
    d.expect(ack(2));
    CHECK(d.transfer.state() == State::done);
    CHECK(d.sink.data_calls == 1);
}

TEST_CASE("TFTP: an empty file") {
    TftpDialogue d;
    SECTION("announced as 0") { d.reach_receiving(option("blksize", 1432) + option("tsize", 0)); }
    SECTION("from a server without options") {
        d.start();
        d.expect_request();
    }
    d.receive(data(1, ""));
    d.expect(ack(1));
    CHECK(d.transfer.state() == State::done);
    CHECK(d.sink.size == 0u);
    CHECK(d.sink.size_calls == 1);
}

TEST_CASE("TFTP: a server without options means blocks of 512") {
    TftpDialogue d;
    d.start();
    d.expect_request();
    d.receive(data(1, std::string(512, 'x')));
    d.expect(ack(1));
    d.receive(data(2, "y"));
    d.expect(ack(2));
    CHECK(d.transfer.state() == State::done);
    CHECK(d.sink.body.size() == 513);
    CHECK(!d.sink.size);
}

TEST_CASE("TFTP: error 8 means once more with fewer options, then with none") {
    TftpDialogue d;
    d.start();
    d.expect_request();
    d.receive(error(8, "windowsize?"));
    d.expect_request(kCommon);
    SECTION("the common ones are taken") {
        d.receive(oack(option("blksize", 1232) + option("tsize", 3)));
        d.expect(ack(0));
        d.receive(data(1, "abc"));
        d.expect(ack(1));
        CHECK(d.transfer.state() == State::done);
        return;
    }
    SECTION("a window was not asked for this time") {
        d.receive(oack(option("windowsize", 4)));
        d.expect_error(8);
        d.failure(Error::protocol);
        return;
    }
    d.receive(error(8, "no options please"));
    d.expect_request("");
    d.receive(error(8, "no"));               // to a copy of an earlier request
    d.receive(oack(option("blksize", 10)));  // nobody asked
    d.expect_nothing();
    d.receive(data(1, "x"), 2, {kServer, 40001});
    d.expect(ack(1), {kServer, 40001});
    CHECK(d.transfer.state() == State::done);
}

TEST_CASE("TFTP: blocks that never come may be too large for the way") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 1468) + option("windowsize", 64) + option("tsize", 3));
    i64 ms = 1;
    while (d.port.sent.empty() || d.port.sent.back().payload.substr(0, 2) == word(4)) {
        REQUIRE(ms < 6000);
        d.port.sent.clear();
        d.poll(++ms);
    }
    CHECK(ms > 3000);
    d.receive(oack(option("blksize", 1468)));  // of the session given up: too late
    d.receive(data(1, std::string(1468, 'x')));
    d.expect_error(0);
    d.expect_request(kCommon);
    d.expect_nothing();
    d.receive(oack(option("blksize", 1232) + option("tsize", 3)), ms, {kServer, 40001});
    d.expect(ack(0), {kServer, 40001});
    d.receive(data(1, "abc"), ms, {kServer, 40001});
    CHECK(d.transfer.state() == State::done);
    CHECK(d.sink.size_calls == 1);
}

TEST_CASE("TFTP: errors become sentences") {
    TftpDialogue d;
    d.start();
    d.expect_request();
    SECTION("not found") {
        d.receive(error(1, "file /srv/a/b not found"));
        CHECK(d.failure(Error::not_found) ==
              "TFTP tftp://10.0.0.1/a/b: 10.0.0.1:69: error 1: file /srv/a/b not found (check the "
              "path on the server)");
    }
    SECTION("access") {
        d.receive(error(2, ""));
        CHECK(d.failure(Error::access_denied).find("error 2 (check") != std::string::npos);
    }
    SECTION("what is not printable is shown as dots") {
        d.receive(error(0, "bad\x1b[1m\xff\nnews"));
        CHECK(d.failure(Error::io).find(": error 0: bad.[1m..news") != std::string::npos);
    }
    SECTION("a message without its NUL, and longer than the sentence") {
        d.receive(word(5) + word(3) + std::string(1000, 'm'));
        CHECK(d.failure(Error::io).size() < 200);
    }
    SECTION("a code without a message") {
        d.receive(word(5) + word(77));
        CHECK(d.failure(Error::io).ends_with("error 77"));
    }
    d.expect_nothing();  // an error is not answered
}

TEST_CASE("TFTP: the request is repeated with growing patience, then given up") {
    TftpDialogue d;
    d.start();
    d.expect_request();
    i64 ms = 0;
    for (i64 interval : {250, 500, 1000, 2000, 4000, 8000}) {
        ms += interval;
        CHECK(d.transfer.poll_at() == at_ms(ms));
        d.poll(ms - 1);
        d.expect_nothing();
        d.poll(ms);
        d.expect_request();
    }
    d.poll(25'000);
    CHECK(d.failure(Error::timed_out) ==
          "TFTP tftp://10.0.0.1/a/b: 10.0.0.1:69: no answer in 25 s (check the TFTP server, and "
          "firewalls on the way)");
    d.expect_nothing();
}

TEST_CASE("TFTP: a lost block is asked for by repeating the acknowledgement") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8) + option("tsize", 20));
    d.poll(251);
    d.expect(ack(0));
    d.receive(data(1, "01234567"), 300);
    d.expect(ack(1));
    CHECK(d.transfer.poll_at() == at_ms(550));  // patience begins anew
    d.poll(550);
    d.expect(ack(1));
    for (i64 ms = 551; ms < 25'300; ++ms) d.poll(ms);
    while (!d.port.sent.empty()) d.expect(ack(1));
    d.poll(25'300);
    CHECK(d.failure(Error::timed_out) ==
          "TFTP tftp://10.0.0.1/a/b: 10.0.0.1:40000: no data for 25 s, after 8 of 20 bytes");
}

TEST_CASE("TFTP: duplicates are not doubled") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8));
    d.receive(data(1, "01234567"), 10);
    d.expect(ack(1));
    SECTION("a packet doubled by the network is not answered") {
        d.receive(data(1, "01234567"), 11);
        d.expect_nothing();
    }
    SECTION("one that the server repeats is, once") {
        d.receive(data(1, "01234567"), 120);
        d.expect(ack(1));
        d.receive(data(1, "01234567"), 121);
        d.expect_nothing();
    }
    SECTION("older and future blocks are dropped") {
        d.receive(data(0, "01234567"), 200);
        d.receive(data(3, "01234567"), 200);
        d.receive(data(65535, "01234567"), 200);
        d.expect_nothing();
    }
    SECTION("a late OACK is dropped") {
        d.receive(oack(option("blksize", 8)), 500);
        d.expect_nothing();
    }
    CHECK(d.sink.body == "01234567");
    CHECK(d.transfer.state() == State::running);
}

TEST_CASE("TFTP: a repeated OACK is acknowledged again, not taken twice") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8) + option("tsize", 9));
    d.receive(oack(option("blksize", 8) + option("tsize", 9)), 150);
    d.expect(ack(0));
    d.receive(oack(option("blksize", 8) + option("tsize", 9)), 151);
    d.expect_nothing();
    CHECK(d.sink.size_calls == 1);
}

TEST_CASE("TFTP: a finished transfer still answers the repeated last block") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8));
    d.receive(data(1, "x"), 10);
    d.expect(ack(1));
    d.receive(data(1, "x"), 1010);
    d.expect(ack(1));
    d.receive(error(0, "too late"), 1020);
    CHECK(d.transfer.state() == State::done);
    CHECK(d.sink.body == "x");
}

TEST_CASE("TFTP: the block counter wraps") {
    const unsigned after_65535 = GENERATE(0u, 1u);
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8));
    for (unsigned block = 1; block <= 65535; ++block) {
        d.receive(data(block, "01234567"));
        d.port.sent.clear();
    }
    d.receive(data(after_65535, "abcdefgh"));
    d.expect(ack(after_65535));
    d.receive(data(after_65535, "abcdefgh"), 200);
    d.expect(ack(after_65535));
    d.receive(data(after_65535 + 1, "z"));
    d.expect(ack(after_65535 + 1));
    CHECK(d.transfer.state() == State::done);
    CHECK(d.sink.body.size() == 65536u * 8 + 1);
    CHECK(d.sink.body.ends_with("01234567abcdefghz"));
}

TEST_CASE("TFTP: other transfer ids get error 5 and change nothing") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8));
    const net::Endpoint other = {kServer, 40001};
    d.receive(data(1, "evil"), 5, other);
    d.expect_error(5, other);
    d.receive(error(0, "evil"), 5, other);
    d.expect_nothing();
    d.receive(data(1, "x"), 5);
    d.expect(ack(1));
    CHECK(d.sink.body == "x");
}

TEST_CASE("TFTP: before there is a transfer id") {
    TftpDialogue d;
    d.start();
    d.expect_request();
    const net::Ipv4Address stranger = net::Ipv4Address::of(10, 9, 9, 9);
    SECTION("a stranger's error is dropped") {
        d.receive(error(1, "no"), 1, {stranger, 69});
        d.expect_nothing();
        CHECK(d.transfer.state() == State::running);
    }
    SECTION("a block other than the first is dropped") {
        d.receive(data(2, "x"));
        d.receive(data(0, "x"));
        d.receive(ack(0));
        d.receive(word(1) + "x");
        d.receive(word(99) + "xx");
        d.receive("");
        d.receive(std::string(1, '\0'));
        d.receive(word(3));
        d.receive(word(3) + "x");
        d.expect_nothing();
        CHECK(d.transfer.state() == State::running);
    }
    SECTION("a server may answer from another of its addresses") {
        d.receive(data(1, "x"), 1, {stranger, 1234});
        d.expect(ack(1), {stranger, 1234});
        CHECK(d.transfer.state() == State::done);
    }
}

TEST_CASE("TFTP: nonsense in an OACK") {
    TftpDialogue d;
    d.start();
    d.expect_request();
    SECTION("block sizes we cannot take") {
        const char* value = GENERATE("1469", "7", "0", "", "-1", "x", "99999999999999999999");
        d.receive(oack(std::string("blksize") + '\0' + value + '\0'));
        d.expect_error(8);
        CHECK(d.failure(Error::protocol).find(std::string("wants a blksize of \"") + value) !=
              std::string::npos);
    }
    SECTION("names in capitals, unknown ones and a cut tail are harmless") {
        d.receive(oack(std::string("BLKSIZE\0"
                                   "8\0x\0y\0",
                                   14) +
                       option("TSIZE", 3) + "tsize"));
        d.expect(ack(0));
        CHECK(d.sink.size == 3u);
        d.receive(data(1, "abc"));
        d.expect(ack(1));
        CHECK(d.transfer.state() == State::done);
    }
    SECTION("a size that is no number is unknown") {
        d.receive(oack(std::string("tsize\0abc\0", 10)));
        d.expect(ack(0));
        CHECK(!d.sink.size);
    }
    SECTION("two sizes: the first counts") {
        d.receive(oack(option("tsize", 3) + option("tsize", 4)));
        CHECK(d.sink.size_calls == 1);
    }
    SECTION("no options at all") {
        d.receive(oack(""));
        d.expect(ack(0));
        d.receive(data(1, std::string(512, 'x')));
        d.expect(ack(1));
        CHECK(d.transfer.state() == State::running);
    }
    SECTION("longer than any request") {
        std::string options;
        for (int i = 0; i < 200; ++i) options += option("tsize", 3);
        d.receive(oack(options));
        d.expect(ack(0));
    }
}

TEST_CASE("TFTP: a size that the sink refuses ends it") {
    TftpDialogue d;
    d.sink.largest = 1'000'000;
    d.start();
    d.expect_request();
    d.receive(oack(option("tsize", UINT64_MAX)));
    d.expect_error(3);
    CHECK(d.failure(Error::no_memory).find("file of 18446744073709551615 bytes: ") !=
          std::string::npos);
}

TEST_CASE("TFTP: bodies that are not as announced") {
    TftpDialogue d;
    SECTION("longer") {
        d.reach_receiving(option("blksize", 8) + option("tsize", 10));
        d.receive(data(1, "01234567"));
        d.expect(ack(1));
        d.receive(data(2, "012"));
        d.expect_error(4);
        CHECK(d.failure(Error::protocol).ends_with("sent more than the 10 bytes it announced"));
    }
    SECTION("shorter") {
        d.reach_receiving(option("blksize", 8) + option("tsize", 10));
        d.receive(data(1, "0123"));
        d.expect_error(0);
        CHECK(d.failure(Error::connection_closed).ends_with("ended after 4 of 10 bytes"));
    }
    SECTION("a block larger than agreed") {
        d.reach_receiving(option("blksize", 8));
        d.receive(data(1, "012345678"));
        d.expect_error(4);
        CHECK(d.failure(Error::protocol).ends_with("sent 9 bytes in a block of 8"));
    }
    SECTION("more than the sink takes") {
        d.sink.largest = 5;
        d.reach_receiving(option("blksize", 8));
        d.receive(data(1, "01234567"));
        d.expect_error(3);
        d.failure(Error::no_memory);
    }
    d.receive(data(1, "x"), 500);
    d.expect_nothing();
}

TEST_CASE("TFTP: the block size fits the MTU") {
    TftpDialogue d;
    d.start("a/b", 576);
    d.expect_request(all_options(544));
    TftpDialogue tiny;
    tiny.start("a/b", 20);
    tiny.expect_request(all_options(8));
    TftpDialogue jumbo;
    jumbo.start("a/b", 9000);
    jumbo.expect_request(all_options(8968));
}

TEST_CASE("TFTP: paths that cannot be asked for") {
    TftpDialogue d;
    SECTION("too long") {
        d.start(StrView(std::string(600, 'p').c_str()));
        CHECK(d.failure(Error::too_large).ends_with("the path is too long for TFTP"));
    }
    SECTION("empty") {
        d.start("");
        d.failure(Error::invalid_argument);
    }
    SECTION("with a NUL") {
        d.start(StrView("a\0b", 3));
        d.failure(Error::invalid_argument);
    }
    d.expect_nothing();
}

TEST_CASE("TFTP: a path goes out as it is") {
    TftpDialogue d;
    d.start("C:\\boot%20\\\xe4");
    CHECK(d.port.take().payload.substr(2, 13) == std::string("C:\\boot%20\\\xe4\0", 13));
}

TEST_CASE("TFTP: sending fails") {
    TftpDialogue d;
    SECTION("no route is final") {
        d.port.failure = Error::network_unreachable;
        d.start();
        CHECK(d.failure(Error::network_unreachable) ==
              "TFTP tftp://10.0.0.1/a/b: 10.0.0.1:69: no route to 10.0.0.1 (check address, netmask "
              "and gateway)");
    }
    SECTION("a full ring is tried again soon") {
        d.port.failure = Error::busy;
        d.start();
        CHECK(d.transfer.poll_at() == at_ms(5));
        d.port.failure = Error::none;
        d.poll(5);
        d.expect_request();
    }
}

TEST_CASE("TFTP: cancelling tells the server") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8));
    d.transfer.cancel();
    d.expect_error(0);
    d.failure(Error::cancelled);
    d.transfer.cancel();
    d.expect_nothing();
}

TEST_CASE("TFTP: a block in several parts arrives whole") {
    TftpDialogue d;
    d.reach_receiving(option("blksize", 8));
    const std::string packet = data(1, "abcdef");
    const Bytes all = fakes::as_bytes(packet);
    const Bytes rest[] = {all.subspan(3, 2), all.subspan(5)};
    d.transfer.on_datagram(kTid, {}, Parts(all.first(3), rest), at_ms(1));
    d.expect(ack(1));
    CHECK(d.sink.body == "abcdef");
}

TEST_CASE("TFTP: mutated packets end in order or go on") {
    std::mt19937 random(5);
    const std::string script[] = {oack(option("blksize", 8) + option("tsize", 20)),
                                  data(1, "01234567"), data(2, "01234567"), data(3, "0123"),
                                  error(1, "text")};
    for (int round = 0; round < 20000; ++round) {
        TftpDialogue d;
        d.start();
        for (const std::string& packet : script) {
            std::string mutant = packet;
            if (random() % 2 == 0) mutant[random() % mutant.size()] = static_cast<char>(random());
            if (random() % 8 == 0) mutant.resize(random() % (mutant.size() + 1));
            const std::vector<u8> exact(mutant.begin(), mutant.end());
            d.transfer.on_datagram(kTid, {}, Parts(exact), at_ms(1));
        }
        REQUIRE(d.sink.size_calls <= 1);
        REQUIRE(!d.sink.size_after_data);
        REQUIRE(d.port.sent.size() <= 10);
        if (d.transfer.state() == State::failed) {
            REQUIRE(d.transfer.failure().error != Error::none);
        }
        if (d.transfer.state() == State::done && d.sink.size) {
            REQUIRE(d.sink.body.size() == *d.sink.size);
        }
    }
}
