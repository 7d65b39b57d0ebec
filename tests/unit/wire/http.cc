#include "net/wire/http.h"

#include <catch2/catch.hpp>
#include <ostream>
#include <random>

#include "fakes/transport.h"

using namespace kedge;
using kedge::net::wire::HttpResponseParser;
using State = HttpResponseParser::State;

namespace {

struct Outcome {
    State state = State::head;
    std::string body;
    size_t used = 0;  // bytes of the input that belong to the response

    bool operator==(const Outcome&) const = default;
};

/// Feeds `text` cut into pieces of the given sizes (the last repeated).
Outcome read(HttpResponseParser& parser, const std::string& text, std::vector<size_t> cuts) {
    Outcome out;
    size_t piece = 0;
    while (out.used < text.size() && parser.state() != State::complete &&
           parser.state() != State::failed) {
        const size_t size = cuts[std::min(piece++, cuts.size() - 1)];
        // A copy of its own, so that ASan sees a read beyond it.
        const std::vector<u8> part(
            text.begin() + static_cast<long>(out.used),
            text.begin() + static_cast<long>(std::min(text.size(), out.used + size)));
        Bytes data(part);
        while (!data.empty()) {
            size_t count = 0;
            if (parser.body_run() != 0) {
                count = static_cast<size_t>(std::min<u64>(parser.body_run(), data.size()));
                out.body += fakes::as_text(data.first(count));
                parser.skip_body(count);
            } else {
                count = parser.feed(data);
                if (count == 0) break;
            }
            out.used += count;
            data = data.subspan(count);
        }
    }
    out.state = parser.state();
    return out;
}

Outcome read_whole(HttpResponseParser& parser, const std::string& text) {
    parser.reset();
    return read(parser, text, {text.size()});
}

std::string problem_of(const std::string& text) {
    HttpResponseParser parser;
    const Outcome out = read_whole(parser, text);
    if (out.state != State::failed) return "none";
    return {parser.problem().data(), parser.problem().size()};
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE("HTTP response: a body of a known length") {
    HttpResponseParser parser;
    const Outcome out = read_whole(
        parser, kOk + "Server: x\r\ncontent-LENGTH:  5 \r\nLocation: /l\r\n\r\nhelloextra");
    CHECK(out.state == State::complete);
    CHECK(out.body == "hello");
    CHECK(parser.status() == 200);
    CHECK(parser.reason() == "OK");
    CHECK(parser.size() == 5u);
    CHECK(parser.keep_alive());
    CHECK(parser.location() == "/l");
    CHECK(parser.content_encoding().empty());
    CHECK(parser.feed(fakes::as_bytes("x")) == 0);
}

TEST_CASE("HTTP response: cut at every byte it reads the same") {
    const std::string texts[] = {
        kOk + "Content-Length: 5\r\nX: y\r\n folded\r\n\r\nhello",
        kOk +
            "Transfer-Encoding: chunked\r\n\r\n3;ext=\"x\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\n"
            "T: r\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n" + kOk + "Content-Length: 0\r\n\r\n",
        "HTTP/1.0 404 \nConnection: Keep-Alive\nContent-Length:2\n\nno",
        kOk + "Content-Length: x\r\n\r\n",
    };
    for (const std::string& text : texts) {
        INFO(text);
        HttpResponseParser parser;
        parser.reset();
        const Outcome whole = read(parser, text, {text.size()});
        for (size_t cut = 1; cut < text.size(); ++cut) {
            parser.reset();
            REQUIRE(read(parser, text, {cut, text.size()}) == whole);
        }
        parser.reset();
        REQUIRE(read(parser, text, {1}) == whole);
    }
}

TEST_CASE("HTTP response: chunks") {
    const std::string head = kOk + "Transfer-Encoding: Chunked\r\n\r\n";
    HttpResponseParser parser;
    CHECK(read_whole(parser, head + "3\r\nabc\r\n0\r\n\r\n").body == "abc");
    CHECK(parser.state() == State::complete);
    CHECK(!parser.size());
    CHECK(parser.keep_alive());
    CHECK(read_whole(parser, head + "0\r\n\r\n").state == State::complete);
    CHECK(read_whole(parser, head + "1 ; a=b\nx\n0\n\n").body == "x");
    // still missing: the end of the trailers, the last chunk
    CHECK(read_whole(parser, head + "1\r\nx\r\n0\r\nT: r\r\n").state == State::framing);
    parser.end_of_stream();
    CHECK(parser.state() == State::complete);
    CHECK(read_whole(parser, head + "1\r\nx\r\n").state == State::framing);
    parser.end_of_stream();
    CHECK(parser.state() == State::framing);

    read_whole(parser, head + "FFFFFFFFFFFFFFFF\r\n");
    CHECK(parser.body_run() == UINT64_MAX);
    CHECK(problem_of(head + "10000000000000000\r\n") ==
          "the size of a chunk is no number that fits");
    CHECK(problem_of(head + "fffffffffffffffff\r\n") ==
          "the size of a chunk is no number that fits");
    CHECK(problem_of(head + "-1\r\n") == "the size of a chunk is no number that fits");
    CHECK(problem_of(head + "0x5\r\n") == "the size of a chunk is no number that fits");
    CHECK(problem_of(head + "\r\n") == "a chunk has no size");
    CHECK(problem_of(head + ";x\r\n") == "a chunk has no size");
    CHECK(problem_of(head + "1\r\nxy\r\n") == "a chunk is longer than its size");
    CHECK(problem_of(head + "1;" + std::string(5000, 'e') + "\r\n") ==
          "the line of a chunk is longer than 4 KiB");
    CHECK(problem_of(head + "0\r\n" + std::string(20000, 't')) ==
          "its headers are larger than 16 KiB");
    // many chunks are no large header
    std::string many = head;
    for (int i = 0; i < 10000; ++i) many += "1\r\nx\r\n";
    CHECK(read_whole(parser, many + "0\r\n\r\n").body.size() == 10000);
}

TEST_CASE("HTTP response: a body until the end of the stream") {
    HttpResponseParser parser;
    const Outcome out = read_whole(parser, kOk + "\r\nabc");
    CHECK(out.state == State::body);
    CHECK(out.body == "abc");
    CHECK(!parser.keep_alive());
    CHECK(!parser.size());
    parser.end_of_stream();
    CHECK(parser.state() == State::complete);
}

TEST_CASE("HTTP response: the end of the stream does not complete a known length") {
    HttpResponseParser parser;
    read_whole(parser, kOk + "Content-Length: 5\r\n\r\nabc");
    parser.end_of_stream();
    CHECK(parser.state() == State::body);
    CHECK(parser.body_run() == 2);
    read_whole(parser, kOk + "Content-Le");
    parser.end_of_stream();
    CHECK(parser.state() == State::head);
}

TEST_CASE("HTTP response: status lines") {
    HttpResponseParser parser;
    const auto status = [&](const std::string& line) {
        read_whole(parser, line + "\r\nContent-Length: 0\r\n\r\n");
        return parser.state() == State::complete ? parser.status() : 0;
    };
    CHECK(status("HTTP/1.1 200") == 200);
    CHECK(status("HTTP/1.1 200 ") == 200);
    CHECK(status("http/1.0 200 ok") == 200);
    CHECK(status("\r\n\r\nHTTP/1.1 599 x") == 599);
    for (const char* line : {"HTTP/1.1 20", "HTTP/1.1 2000 x", "HTTP/1.1 099 x", "HTTP/1.1 600 x",
                             "HTTP/1.1 -12 x", "HTTP/1.1  ", "HTTP/2.0 200 OK", "HTTP/1.1200 OK",
                             "HTTP/1.x 200 OK", "SSH-2.0-OpenSSH_9.2p1", "ICY 200 OK", "<html>"}) {
        INFO(line);
        CHECK(status(line) == 0);
        CHECK(parser.state() == State::failed);
    }
    CHECK(problem_of("HTTP/1.1 101 Switching Protocols\r\n\r\n") ==
          "it switches to another protocol");
}

TEST_CASE("HTTP response: interim answers are skipped, with what they said") {
    HttpResponseParser parser;
    const Outcome out = read_whole(
        parser,
        "HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\nConnection: close\r\nLocation: "
        "/x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" +
            kOk + "Content-Length: 1\r\n\r\na");
    CHECK(out.state == State::complete);
    CHECK(out.body == "a");
    CHECK(parser.keep_alive());
    CHECK(parser.location().empty());
    std::string endless;
    for (int i = 0; i < 1000; ++i) endless += "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(problem_of(endless) == "its headers are larger than 16 KiB");
}

TEST_CASE("HTTP response: answers without a body") {
    HttpResponseParser parser;
    for (const char* status : {"204 No Content", "304 Not Modified"}) {
        const Outcome out = read_whole(
            parser, std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 5\r\n\r\nhello");
        CHECK(out.state == State::complete);
        CHECK(out.body.empty());
        CHECK(parser.size() == 0u);
    }
}

TEST_CASE("HTTP response: Content-Length") {
    HttpResponseParser parser;
    const auto with = [](const std::string& headers) { return kOk + headers + "\r\n\r\nhello"; };
    CHECK(read_whole(parser, with("Content-Length: 5\r\nContent-Length: 5")).body == "hello");
    CHECK(read_whole(parser, with("Content-Length: 5, 5")).body == "hello");
    CHECK(problem_of(with("Content-Length: 5\r\nContent-Length: 6")) ==
          "it has two different Content-Lengths");
    CHECK(problem_of(with("Content-Length: 5, 6")) == "it has two different Content-Lengths");
    for (const char* value : {"", "-1", "+5", "5x", "0x5", "18446744073709551616", "5,", "1 2"}) {
        INFO(value);
        CHECK(problem_of(with(std::string("Content-Length: ") + value)) ==
              "its Content-Length is no number");
    }
    read_whole(parser, with("Content-Length: 18446744073709551615"));
    CHECK(parser.size() == UINT64_MAX);

    const Outcome both =
        read_whole(parser, kOk +
                               "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "1\r\nx\r\n0\r\n\r\n");
    CHECK(both.body == "x");
    CHECK(both.state == State::complete);
    CHECK(!parser.keep_alive());
}

TEST_CASE("HTTP response: transfer codings other than chunked are refused") {
    const std::string end = "\r\n\r\n0\r\n\r\n";
    CHECK(problem_of(kOk + "Transfer-Encoding: gzip, chunked" + end) ==
          "its Transfer-Encoding is not known");
    HttpResponseParser parser;
    CHECK(read_whole(parser, kOk + "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\nx")
              .body == "x");
}

TEST_CASE("HTTP response: whether the connection stays") {
    HttpResponseParser parser;
    const auto stays = [&](const std::string& version, const std::string& headers) {
        read_whole(parser, version + " 200 OK\r\n" + headers + "Content-Length: 0\r\n\r\n");
        REQUIRE(parser.state() == State::complete);
        return parser.keep_alive();
    };
    CHECK(stays("HTTP/1.1", ""));
    CHECK(!stays("HTTP/1.1", "Connection: close\r\n"));
    CHECK(!stays("HTTP/1.1", "Connection: Close, keep-alive\r\n"));
    CHECK(!stays("HTTP/1.1", "Connection: keep-alive\r\nConnection: x, CLOSE\r\n"));
    CHECK(!stays("HTTP/1.0", ""));
    CHECK(stays("HTTP/1.0", "Connection: keep-alive\r\n"));
}

TEST_CASE("HTTP response: odd headers are tolerated") {
    HttpResponseParser parser;
    const Outcome out = read_whole(parser, kOk +
                                               "no colon here\r\n: no name\r\nX :\r\n"
                                               "Content-Length :\t5\t\r\nSet-Cookie: " +
                                               std::string(9000, 'c') +
                                               "\r\nContent-Encoding: identity\r\n\r\nhello");
    CHECK(out.body == "hello");
    CHECK(parser.content_encoding().empty());

    read_whole(parser, kOk + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx");
    CHECK(parser.content_encoding() == "gzip");
    read_whole(parser, kOk + "Location:\r\n  /folded\r\n\tmore\r\n\r\n");
    CHECK(parser.location() == "/folded more");
    read_whole(parser, kOk + "Location: /a\r\nLocation: /b\r\n\r\n");
    CHECK(parser.location() == "/a");
}

TEST_CASE("HTTP response: heads that are refused") {
    CHECK(problem_of(std::string(20000, '\n')) == "its headers are larger than 16 KiB");
    CHECK(problem_of(kOk + std::string(20000, 'x')) == "its headers are larger than 16 KiB");
    CHECK(problem_of(kOk + "X: a" + '\0' + "b\r\n\r\n") == "there is a NUL in its headers");
    CHECK(problem_of(kOk + "Location: /" + std::string(5000, 'l') + "\r\n\r\n") ==
          "its Location is longer than 4 KiB");
}

TEST_CASE("HTTP response: mutations read the same whatever the cuts") {
    std::mt19937 random(11);
    const std::string texts[] = {
        kOk + "Content-Length: 15\r\nConnection: close\r\n\r\nhello, 15 bytes",
        kOk +
            "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x\r\n0123456789\r\n0\r\nT: "
            "x\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://x/y\r\nContent-Length: 0\r\n\r\n"};
    const std::string letters = "\r\n\t :;,0159afx\xff-";
    HttpResponseParser parser;
    for (int round = 0; round < 20000; ++round) {
        std::string text = texts[random() % std::size(texts)];
        for (unsigned i = random() % 5; i > 0; --i) {
            const size_t at = random() % text.size();
            const char letter = letters[random() % letters.size()];
            switch (random() % 3) {
                case 0:
                    text[at] = letter;
                    break;
                case 1:
                    text.insert(at, 1, letter);
                    break;
                default:
                    text.erase(at, 1);
                    break;
            }
        }
        parser.reset();
        const Outcome whole = read(parser, text, {text.size()});
        REQUIRE(whole.used <= text.size());
        parser.reset();
        REQUIRE(read(parser, text, {1 + random() % 9, 1 + random() % 9}) == whole);
    }
}
