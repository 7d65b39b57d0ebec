// HTTP: transfers whose connection breaks off within the body.
#include "http_dialogue.h"

using namespace kedge;
using namespace kedge::proto;
using namespace kedge::proto::test;

namespace {

const std::string kTag = "ETag: \"v1\"\r\n";

std::string rest_of(const std::string& target, const std::string& from,
                    const std::string& validator) {
    return request(target, "10.0.0.1",
                   "Range: bytes=" + from + "-\r\nIf-Range: " + validator + "\r\n");
}

std::string part(const std::string& range, const std::string& body,
                 const std::string& headers = kTag) {
    return response("206 Partial Content", "Content-Range: bytes " + range + "\r\n" + headers,
                    body);
}

/// Five of ten bytes are there when the server goes away.
struct Broken : HttpDialogue {
    explicit Broken(const std::string& headers = kTag, Error how = Error::none) {
        reach_request().receive("HTTP/1.1 200 OK\r\n" + headers +
                                "Content-Length: 10\r\n\r\n01234");
        poll(1000);
        server().end(how);
    }
    /// The request of the next attempt, at `ms`.
    std::string again(i64 ms) {
        const size_t before = connections();
        poll(ms);
        REQUIRE(connections() == before + 1);
        return accept();
    }
};

}  // namespace

TEST_CASE("HTTP: the rest is asked for, and only that") {
    Broken d;
    CHECK(d.transfer->state() == State::running);
    CHECK(d.notice() ==
          "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: server closed after 5 of 10 bytes (trying "
          "again in 1 s)");
    CHECK(d.notice() == "");
    d.poll(1001);
    CHECK(d.server().sink == nullptr);
    CHECK(d.transfer->poll_at() == at_ms(2000));
    d.poll(1999);
    CHECK(d.connections() == 1);
    CHECK(d.again(2000) == rest_of("/k", "5", "\"v1\""));
    d.server().receive(part("5-9/10", "56789"));
    CHECK(d.transfer->state() == State::done);
    CHECK(d.sink.body == "0123456789");
    CHECK(d.sink.size_calls == 1);
    CHECK(d.sink.restarts == 0);
}

TEST_CASE("HTTP: a server that is away for some seconds is waited for") {
    Broken d(kTag, Error::connection_reset);
    i64 ms = 1000;
    for (i64 pause : {1000, 2000, 4000, 8000, 16000, 16000}) {
        d.poll(ms + pause - 1);
        const size_t before = d.connections();
        ms += pause;
        d.poll(ms);
        REQUIRE(d.connections() == before + 1);
        CHECK(!d.notice().empty());
        d.server().end(Error::connection_refused);
    }
    CHECK(d.notice().find("connection refused (trying again in 16 s)") != std::string::npos);
    CHECK(d.again(ms + 16000) == rest_of("/k", "5", "\"v1\""));

    SECTION("and every new byte brings the whole patience back") {
        d.server().receive("HTTP/1.1 206 P\r\nContent-Range: bytes 5-9/10\r\n\r\n5");
        d.poll(ms + 17000);
        d.server().end(Error::connection_reset);
        CHECK(d.notice().ends_with("after 6 of 10 bytes (trying again in 1 s)"));
        CHECK(d.again(ms + 18000) == rest_of("/k", "6", "\"v1\""));
        d.server().receive(part("6-9/10", "6789"));
        CHECK(d.sink.body == "0123456789");
        CHECK(d.transfer->state() == State::done);
    }
    SECTION("but not for ever") {
        for (i64 s = 0; s < 200 && d.transfer->state() == State::running; ++s) {
            if (!d.server().ended) d.server().end(Error::connection_refused);
            d.poll(ms + 17000 + s * 1000);
        }
        d.failure(Error::connection_refused);
    }
}

TEST_CASE("HTTP: a file that has changed begins anew") {
    Broken d;
    CHECK(d.again(2000) == rest_of("/k", "5", "\"v1\""));
    d.server().receive("HTTP/1.1 200 OK\r\nETag: \"v2\"\r\nContent-Length: 4\r\n\r\nab");
    CHECK(d.sink.restarts == 1);
    CHECK(d.sink.size == 4u);
    CHECK(d.sink.body == "ab");
    d.poll(2001);
    SECTION("to its end") {
        d.server().receive("cd");
        CHECK(d.transfer->state() == State::done);
        CHECK(d.sink.body == "abcd");
    }
    SECTION("and goes on with its new validator") {
        d.server().end();
        CHECK(d.again(4001) == rest_of("/k", "2", "\"v2\""));
        d.server().receive(part("2-3/4", "cd", "ETag: \"v2\"\r\n"));
        CHECK(d.sink.body == "abcd");
    }
}

TEST_CASE("HTTP: what tells one state of a file from another") {
    const std::string date = "Sat, 01 Jan 2022 00:00:00 GMT";
    const std::string now = "Sat, 01 Jan 2022 00:00:01 GMT";
    const auto asked = [](const std::string& headers) {
        Broken d(headers);
        const std::string sent = d.again(2000);
        const size_t at = sent.find("If-Range: ");
        return at == std::string::npos ? "" : sent.substr(at + 10, sent.find("\r\n", at) - at - 10);
    };
    CHECK(asked("ETag: \"a\"\r\n") == "\"a\"");
    CHECK(asked("ETag: W/\"a\"\r\n") == "");
    CHECK(asked("ETag: a\r\n") == "");
    CHECK(asked("ETag: \"" + std::string(200, 'a') + "\"\r\n") == "");
    CHECK(asked("ETag: \"a\rX: y\"\r\n") == "");
    CHECK(asked("Last-Modified: " + date + "\r\nDate: " + now + "\r\n") == date);
    CHECK(asked("ETag: W/\"a\"\r\nLast-Modified: " + date + "\r\nDate: " + now + "\r\n") == date);
    // Changed within the second of the answer: it may change once more.
    CHECK(asked("Last-Modified: " + date + "\r\nDate: " + date + "\r\n") == "");
    CHECK(asked("Last-Modified: " + date + "\r\n") == "");
    CHECK(asked("") == "");
}

TEST_CASE("HTTP: without a validator the file begins anew, and must get further") {
    Broken d("");
    CHECK(d.again(2000) == request("/k"));
    SECTION("which it does") {
        d.server().receive(response("200 OK", "", "0123456789"));
        CHECK(d.transfer->state() == State::done);
        CHECK(d.sink.body == "0123456789");
        CHECK(d.sink.restarts == 1);
    }
    SECTION("or it breaks off at the same place each time") {
        d.server().receive("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
        d.server().end();
        CHECK(d.notice().ends_with("(trying again in 2 s)"));
        d.again(4000);
        d.server().receive("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
        d.server().end();
        CHECK(d.failure(Error::connection_closed) ==
              "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: server closed after 4 of 10 bytes");
    }
}

TEST_CASE("HTTP: a part that does not fit is not taken") {
    Broken d;
    d.again(2000);
    d.notice();
    SECTION("another place") { d.server().receive(part("4-9/10", "456789")); }
    SECTION("another size") { d.server().receive(part("5-10/11", "56789x")); }
    SECTION("another tag") { d.server().receive(part("5-9/10", "56789", "ETag: \"v2\"\r\n")); }
    SECTION("no range") { d.server().receive(response("206 P", kTag, "56789")); }
    SECTION("several ranges") {
        d.server().receive(response("206 P", "Content-Type: multipart/byteranges\r\n", "--x"));
    }
    SECTION("a range that is none") { d.server().receive(part("9-5/10", "56789")); }
    SECTION("compressed") {
        d.server().receive(part("5-9/10", "56789", kTag + "Content-Encoding: gzip\r\n"));
    }
    SECTION("nothing there") { d.server().receive(response("416 Range Not Satisfiable", "")); }
    CHECK(d.sink.body == "01234");
    CHECK(d.transfer->state() == State::running);
    CHECK(d.notice().ends_with("(trying again in 2 s)"));
    CHECK(d.again(4000) == request("/k"));
    d.server().receive(response("200 OK", "", "abc"));
    CHECK(d.transfer->state() == State::done);
    CHECK(d.sink.body == "abc");
}

TEST_CASE("HTTP: a part may be cut short, but not longer than the file") {
    Broken d;
    d.again(2000);
    SECTION("short") {
        d.server().receive(part("5-6/10", "56"));
        CHECK(d.transfer->state() == State::running);
        CHECK(d.notice().ends_with("closed after 7 of 10 bytes (trying again in 1 s)"));
        CHECK(d.again(3000) == rest_of("/k", "7", "\"v1\""));
        d.server().receive(part("7-9/*", "789"));
        CHECK(d.sink.body == "0123456789");
        CHECK(d.transfer->state() == State::done);
    }
    SECTION("long") {
        d.server().receive(
            "HTTP/1.1 206 P\r\nContent-Range: bytes 5-9/10\r\nETag: \"v1\"\r\n\r\n56789EXTRA");
        CHECK(d.failure(Error::protocol).find("more bytes than the file has") != std::string::npos);
        CHECK(d.sink.body == "01234");
    }
}

TEST_CASE("HTTP: errors of a server that is just starting are waited out") {
    Broken d;
    d.again(2000);
    d.notice();
    d.server().receive(response("502 Bad Gateway", ""));
    CHECK(d.notice().ends_with("502 Bad Gateway (trying again in 2 s)"));
    CHECK(d.again(4000) == rest_of("/k", "5", "\"v1\""));
    SECTION("others are not") {
        d.server().receive(response("404 Not Found", ""));
        d.failure(Error::not_found);
    }
    SECTION("and then it goes on") {
        d.server().receive(part("5-9/10", "56789"));
        CHECK(d.sink.body == "0123456789");
    }
}

TEST_CASE("HTTP: a stalled body is asked for again where it can be continued") {
    HttpDialogue d;
    d.reach_request().receive("HTTP/1.1 200 OK\r\n" + kTag + "Content-Length: 10\r\n\r\n01234");
    d.poll(1000);
    CHECK(d.transfer->poll_at() == at_ms(31'000));
    d.poll(31'000);
    CHECK(d.notice().ends_with("no data for 30 s, after 5 of 10 bytes (trying again in 1 s)"));
    CHECK(d.server().aborted);
    d.poll(32'000);
    CHECK(d.accept() == rest_of("/k", "5", "\"v1\""));
}

TEST_CASE("HTTP: a busy server says when to come back") {
    HttpDialogue d;
    Connection& server = d.reach_request();
    const char* status = GENERATE("503 Busy", "429 Too Many Requests");
    SECTION("in seconds") {
        server.receive(response(status, "Retry-After: 7\r\n", "busy"));
        CHECK(d.notice().ends_with("(trying again in 7 s)"));
        d.poll(6'999);
        CHECK(server.take().empty());
        d.poll(7'000);
        REQUIRE(d.connections() == 2);
        CHECK(d.accept() == request("/k"));
    }
    SECTION("by the calendar") {
        server.receive(response(status, "Retry-After: Fri, 31 Dec 2027 23:59:59 GMT\r\n"));
        CHECK(d.notice().ends_with("(trying again in 5 s)"));
    }
    SECTION("too late") {
        server.receive(response(status, "Retry-After: 61\r\n"));
        CHECK(d.transfer->state() == State::failed);
    }
    SECTION("for ever") {
        i64 ms = 0;
        for (int i = 0; i < 100 && d.transfer->state() == State::running; ++i) {
            if (!d.server().connected) d.server().accept();
            if (!d.server().take().empty() || i == 0) {
                d.server().receive(response(status, "Retry-After: 30\r\n"));
            }
            d.poll(ms += 5'000);
        }
        d.failure(d.transfer->failure().error);
        CHECK(ms <= 125'000);
    }
}

TEST_CASE("HTTP: a body is not continued into a sink that cannot forget") {
    struct OneWay final : BodySink {
        Result<void> on_size(u64) override { return {}; }
        Result<void> on_data(const Parts&) override { return {}; }
    } sink;
    HttpDialogue d;
    d.transfer = *d.client.get(*Uri::parse("http://10.0.0.1/k"), sink, at_ms(0));
    d.server().accept();
    d.server().receive("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
    d.poll(1);
    d.server().end();
    d.poll(1001);
    d.accept();
    d.server().receive(response("200 OK", "", "0123456789"));
    d.failure(Error::not_supported);
}
