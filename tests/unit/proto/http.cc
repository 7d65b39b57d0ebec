// HTTP transfers as dialogues with a server that the test plays.
#include "proto/http.h"

#include <catch2/catch.hpp>
#include <ostream>
#include <random>

#include "fakes/body_sink.h"

using namespace kedge;
using kedge::proto::HttpClient;
using kedge::proto::Transfer;
using kedge::proto::Uri;
using State = Transfer::State;
using Connection = fakes::Connector::Connection;

namespace {

Instant at_ms(i64 ms) { return Instant::from_us(ms * 1000); }

std::string request(const std::string& target, const std::string& host = "10.0.0.1",
                    const std::string& more = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: " + host +
           "\r\nUser-Agent: iPXE/1.21.1+ (Kedge/" KEDGE_VERSION ")\r\n" + more +
           "Connection: keep-alive\r\n\r\n";
}

std::string response(const std::string& status, const std::string& headers,
                     const std::string& body = "") {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string redirect(const std::string& location, const std::string& status = "302 Found") {
    return response(status, "Location: " + location + "\r\n", "moved");
}

struct Dialogue {
    fakes::Connector connector;
    proto::AddressResolver resolver;
    HttpClient client{connector, resolver};
    fakes::BodySink sink;
    Unique<Transfer> transfer;

    void get(const char* uri, i64 ms = 0) {
        sink = fakes::BodySink();
        transfer = *client.get(*Uri::parse(uri), sink, at_ms(ms));
    }
    void poll(i64 ms) { transfer->poll(at_ms(ms)); }
    Connection& server() { return connector.last(); }
    size_t connections() const { return connector.connections.size(); }

    /// The whole way to a server that has read the request.
    Connection& reach_request(const char* uri = "http://10.0.0.1/k") {
        get(uri);
        server().accept();
        REQUIRE(server().take() == request("/k"));
        return server();
    }
    std::string failure(Error expected) {
        REQUIRE(transfer->state() == State::failed);
        CHECK(transfer->failure().error == expected);
        return fakes::sentence(transfer->failure());
    }
};

}  // namespace

TEST_CASE("HTTP: request, answer, file") {
    Dialogue d;
    d.get("http://10.0.0.1/k");
    CHECK(d.server().remote == net::Endpoint{net::Ipv4Address::of(10, 0, 0, 1), 80});
    CHECK(d.server().take().empty());
    d.server().accept();
    CHECK(d.server().take() == request("/k"));
    d.server().receive("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
    CHECK(d.sink.size == 10u);
    CHECK(d.sink.body == "01234");
    CHECK(d.transfer->state() == State::running);
    d.server().receive("56789");
    CHECK(d.transfer->state() == State::done);
    CHECK(d.sink.body == "0123456789");
    CHECK(d.sink.size_calls == 1);
    CHECK(d.transfer->final_uri() == "http://10.0.0.1/k");
    CHECK(d.transfer->poll_at() == Instant::never());
}

TEST_CASE("HTTP: the target goes out byte for byte") {
    const auto sent = [](const char* uri) {
        Dialogue d;
        d.get(uri);
        d.server().accept();
        return d.server().take();
    };
    CHECK(sent("http://10.0.0.1:8080") == request("/", "10.0.0.1:8080"));
    CHECK(sent("http://10.0.0.1:80/") == request("/"));
    CHECK(sent("http://10.0.0.1/a%2fb/../c;d?q=%41&x=${y}#frag") ==
          request("/a%2fb/../c;d?q=%41&x=${y}"));
    CHECK(sent("http://10.0.0.1?") == request("/?"));
    CHECK(sent("http://10.0.0.1/a b\xc3\xa4") == request("/a%20b%C3%A4"));
    CHECK(sent("HTTP://10.0.0.1/") == request("/"));
    CHECK(sent("http://me:p%40ss@10.0.0.1/") ==
          request("/", "10.0.0.1", "Authorization: Basic bWU6cEBzcw==\r\n"));
    CHECK(sent("http://a@10.0.0.1/") == request("/", "10.0.0.1", "Authorization: Basic YQ==\r\n"));
    CHECK(sent("http://abc@10.0.0.1/") ==
          request("/", "10.0.0.1", "Authorization: Basic YWJj\r\n"));
}

TEST_CASE("HTTP: user and password are not shown") {
    Dialogue d;
    d.get("http://me:secret@10.0.0.1/k");
    d.server().end(Error::connection_refused);
    CHECK(d.failure(Error::connection_refused) ==
          "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: connection refused (is the web server running "
          "on this port?)");
    d.get("http://me:%@10.0.0.1/k");
    CHECK(d.failure(Error::bad_format) ==
          "HTTP GET http://10.0.0.1/k: the user or password in the URI is not well formed");
}

TEST_CASE("HTTP: a request larger than the send buffer goes out in pieces") {
    Dialogue d;
    d.get("http://10.0.0.1/k");
    d.server().room = 10;
    d.server().accept();
    std::string sent = d.server().take();
    CHECK(sent.size() == 10);
    CHECK(d.transfer->poll_at() <= at_ms(10));
    for (i64 ms = 1; d.server().sent.empty() && ms < 100 && sent.size() < 500; ++ms) {
        d.server().room = 7;
        d.poll(ms);
        if (d.server().sent.empty()) break;
        sent += d.server().take();
    }
    CHECK(sent == request("/k"));
}

TEST_CASE("HTTP: bodies of every framing") {
    Dialogue d;
    Connection& server = d.reach_request();
    SECTION("empty") {
        server.receive(response("200 OK", ""));
        CHECK(d.sink.size == 0u);
    }
    SECTION("204") {
        server.receive("HTTP/1.1 204 No Content\r\n\r\n");
        CHECK(d.sink.size == 0u);
    }
    SECTION("chunked") {
        server.receive(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x\r\n");
        server.receive("!\r\n0\r\nTrailer: x\r\n");
        CHECK(d.transfer->state() == State::running);
        server.receive("\r\n");
        CHECK(d.sink.body == "hello!");
        CHECK(!d.sink.size);
    }
    SECTION("chunked and empty") {
        server.receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        CHECK(d.sink.size == 0u);
    }
    SECTION("until the end") {
        server.receive("HTTP/1.0 200 OK\r\n\r\nab");
        server.receive("c");
        CHECK(d.transfer->state() == State::running);
        server.end();
        CHECK(d.sink.body == "abc");
    }
    SECTION("until the end, and empty") {
        server.receive("HTTP/1.0 200 OK\r\n\r\n");
        server.end();
        CHECK(d.sink.size == 0u);
    }
    CHECK(d.transfer->state() == State::done);
    CHECK(d.sink.size_calls <= 1);
    CHECK(!d.sink.size_after_data);
}

TEST_CASE("HTTP: a body longer than declared stops at its end") {
    Dialogue d;
    Connection& server = d.reach_request();
    server.receive("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcEXTRA");
    CHECK(d.transfer->state() == State::done);
    CHECK(d.sink.body == "abc");
    server.receive("MORE");
    CHECK(d.sink.body == "abc");
    // and such a connection is not used again
    d.transfer.reset();
    CHECK(server.closed);
    d.get("http://10.0.0.1/k");
    CHECK(d.connections() == 2);
}

TEST_CASE("HTTP: body bytes are passed on where they lie") {
    struct Pointers final : proto::BodySink {
        Result<void> on_size(u64) override { return {}; }
        Result<void> on_data(const Parts& data) override {
            data.for_each([&](Bytes piece) { pieces.push_back(piece); });
            ++calls;
            return {};
        }
        std::vector<Bytes> pieces;
        int calls = 0;
    } sink;
    fakes::Connector connector;
    proto::AddressResolver resolver;
    HttpClient client(connector, resolver);
    const Unique<Transfer> transfer = *client.get(*Uri::parse("http://10.0.0.1/"), sink, at_ms(0));
    connector.last().accept();
    const std::string first = "HTTP/1.1 200 OK\r\nContent-Length: 65000\r\n\r\nab";
    const std::string second(64998, 'x');
    const Bytes rest[] = {fakes::as_bytes(second).first(30000),
                          fakes::as_bytes(second).subspan(30000)};
    connector.last().sink->on_data(Parts(fakes::as_bytes(first), rest));
    REQUIRE(transfer->state() == State::done);
    CHECK(sink.calls == 1);
    REQUIRE(sink.pieces.size() == 3);
    CHECK(sink.pieces[0].data() == fakes::as_bytes(first).data() + first.size() - 2);
    CHECK(sink.pieces[1].data() == rest[0].data());
    CHECK(sink.pieces[2].data() == rest[1].data());
    CHECK(sink.pieces[2].size() == 34998);
}

TEST_CASE("HTTP: connections that end too early") {
    Dialogue d;
    SECTION("within the body") {
        d.reach_request().receive("HTTP/1.1 200 OK\r\nContent-Length: 5678\r\n\r\n" +
                                  std::string(1234, 'x'));
        d.server().end();
        CHECK(d.failure(Error::connection_closed) ==
              "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: server closed after 1234 of 5678 bytes");
    }
    SECTION("within chunks") {
        d.reach_request().receive(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        d.server().end();
        CHECK(d.failure(Error::connection_closed).ends_with("server closed after 5 bytes"));
    }
    SECTION("by a reset within the body") {
        d.reach_request().receive("HTTP/1.1 200 OK\r\n\r\nhello");
        d.server().end(Error::connection_reset);
        CHECK(d.failure(Error::connection_reset).ends_with(" after 5 bytes"));
    }
    SECTION("within the headers") {
        d.reach_request().receive("HTTP/1.1 200 OK\r\nConte");
        d.server().end();
        CHECK(d.failure(Error::connection_closed).ends_with("server closed within its headers"));
    }
    SECTION("before anything") {
        d.reach_request().end();
        CHECK(d.failure(Error::connection_closed).ends_with("server closed without an answer"));
    }
    SECTION("before it was one") {
        d.get("http://10.0.0.1/k");
        d.server().end(Error::timed_out);
        d.failure(Error::timed_out);
    }
    d.poll(1);
    CHECK(d.connections() == 1);
}

TEST_CASE("HTTP: no way to the server") {
    Dialogue d;
    SECTION("no route") {
        d.connector.failure = Error::network_unreachable;
        d.get("http://10.0.0.1/k");
        CHECK(d.failure(Error::network_unreachable) ==
              "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: no route to 10.0.0.1 (check address, "
              "netmask and gateway)");
    }
    SECTION("a name") {
        d.get("http://boot.example/k");
        CHECK(d.failure(Error::not_supported) ==
              "HTTP GET http://boot.example/k: cannot use the host name \"boot.example\" (name "
              "resolution is not available yet, use an address)");
        CHECK(d.connections() == 0);
    }
    SECTION("no memory") {
        d.connector.failure = Error::no_memory;
        CHECK(d.client.get(*Uri::parse("http://10.0.0.1/"), d.sink, at_ms(0)).error() ==
              Error::no_memory);
    }
    SECTION("another scheme") {
        CHECK(d.client.get(*Uri::parse("https://10.0.0.1/"), d.sink, at_ms(0)).error() ==
              Error::not_supported);
    }
}

TEST_CASE("HTTP: statuses become sentences") {
    struct Row {
        const char* status;
        Error error;
        const char* hint;
    };
    const Row table[] = {
        {"401 Unauthorized", Error::access_denied, " (the server needs user and password)"},
        {"403 Forbidden", Error::access_denied, " (check the file's permissions on the server)"},
        {"404 Not Found", Error::not_found, " (check the path on the server)"},
        {"410 Gone", Error::http_client_error, ""},
        {"500 Internal Server Error", Error::http_server_error, " (see the server's log)"},
        {"503 Busy", Error::http_server_error, " (see the server's log)"},
        {"206 Partial Content", Error::protocol, " (the server sends only a part of the file)"},
        {"304 Not Modified", Error::protocol,
         " (the answer says neither what nor where the file is)"},
        {"302 Found", Error::protocol, " (the answer says neither what nor where the file is)"},
    };
    for (const Row& row : table) {
        INFO(row.status);
        Dialogue d;
        d.reach_request().receive(response(row.status, "", "<html>"));
        CHECK(d.failure(row.error) ==
              std::string("HTTP GET http://10.0.0.1/k: 10.0.0.1:80: ") + row.status + row.hint);
        CHECK(d.sink.body.empty());
        CHECK(d.sink.size_calls == 0);
    }
    Dialogue d;
    d.reach_request().receive(response("404 No\x1b[31m\x07", ""));
    CHECK(d.failure(Error::not_found).find("404 No.[31m.") != std::string::npos);
}

TEST_CASE("HTTP: the connection serves on after an error page") {
    Dialogue d;
    Connection& server = d.reach_request();
    server.receive("HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<ht");
    CHECK(d.transfer->state() == State::running);
    server.receive("ml>");
    CHECK(d.transfer->state() == State::failed);
    d.transfer.reset();
    d.get("http://10.0.0.1/default");
    CHECK(d.connections() == 1);
    CHECK(server.take() == request("/default"));

    SECTION("but not after a huge one, nor one without an end") {
        const char* length = GENERATE("Content-Length: 100000\r\n", "");
        server.receive(std::string("HTTP/1.1 404 Not Found\r\n") + length + "\r\nx");
        CHECK(d.transfer->state() == State::failed);
        d.poll(1);
        CHECK(server.aborted);
    }
    SECTION("and a page cut short changes nothing") {
        server.receive("HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<ht");
        server.end();
        d.failure(Error::not_found);
    }
}

TEST_CASE("HTTP: an encoded body is refused") {
    Dialogue d;
    d.reach_request().receive(response("200 OK", "Content-Encoding: gzip\r\n", "zzz"));
    CHECK(
        d.failure(Error::not_supported) ==
        "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: the body is encoded as gzip (switch compression "
        "off for this file on the server)");
    CHECK(d.sink.body.empty());
}

TEST_CASE("HTTP: what is no HTTP is said") {
    Dialogue d;
    d.reach_request().receive("SSH-2.0-OpenSSH_9.2\r\n");
    CHECK(d.failure(Error::protocol) ==
          "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: broken answer: it does not begin like HTTP");
}

TEST_CASE("HTTP: redirects") {
    Dialogue d;
    Connection& server = d.reach_request("http://10.0.0.1/k");
    SECTION("each status, with the same connection") {
        const char* status =
            GENERATE("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent");
        server.receive(redirect("/there?x=1", status));
        CHECK(server.take().empty());  // not from within the stack
        CHECK(d.transfer->poll_at() <= at_ms(0));
        d.poll(1);
        CHECK(d.connections() == 1);
        CHECK(server.take() == request("/there?x=1"));
        server.receive(response("200 OK", "", "file"));
        CHECK(d.transfer->state() == State::done);
        CHECK(d.sink.body == "file");
        CHECK(d.transfer->final_uri() == "http://10.0.0.1/there?x=1");
    }
    SECTION("to another server") {
        server.receive(redirect("http://10.0.0.2:81/x"));
        d.poll(1);
        CHECK(d.connections() == 2);
        CHECK(d.server().remote == net::Endpoint{net::Ipv4Address::of(10, 0, 0, 2), 81});
        d.server().accept();
        CHECK(d.server().take() == request("/x", "10.0.0.2:81"));
        d.server().receive(response("404 Not Found", ""));
        CHECK(d.failure(Error::not_found) ==
              "HTTP GET http://10.0.0.2:81/x: 10.0.0.2:81: 404 Not Found (check the path on the "
              "server)");
    }
    SECTION("relative, without waiting for a page without end") {
        server.receive("HTTP/1.1 302 Found\r\nLocation: ../x\r\n\r\n<html>");
        d.poll(1);
        CHECK(server.aborted);
        CHECK(d.connections() == 2);
        d.server().accept();
        CHECK(d.server().take() == request("/x"));
    }
    SECTION("whose page is cut short") {
        server.receive("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 5\r\n\r\nm");
        server.end();
        d.poll(1);
        CHECK(d.connections() == 2);
        d.server().accept();
        CHECK(d.server().take() == request("/x"));
    }
    SECTION("to what we cannot do") {
        server.receive(redirect("https://10.0.0.1/k"));
        CHECK(d.failure(Error::not_supported) ==
              "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: redirected to https://10.0.0.1/k (https is "
              "not supported here)");
    }
    SECTION("to nonsense") {
        server.receive(redirect("http://10.0.0.1:99999/"));
        CHECK(d.failure(Error::bad_format).find("redirected to \"http://10.0.0.1:99999/\": ") !=
              std::string::npos);
    }
    SECTION("to a name") {
        server.receive(redirect("http://other.example/"));
        d.poll(1);
        d.failure(Error::not_supported);
    }
    SECTION("in a circle") {
        for (int hop = 1; hop <= 10; ++hop) {
            server.receive(redirect("/k"));
            d.poll(hop);
            REQUIRE(server.take() == request("/k"));
        }
        server.receive(redirect("/k"));
        CHECK(d.failure(Error::protocol) ==
              "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: redirected more than 10 times (the "
              "server's redirects seem to go round in a circle)");
        CHECK(d.connections() == 1);
    }
}

TEST_CASE("HTTP: connections are used again") {
    Dialogue d;
    Connection& server = d.reach_request();
    server.receive(response("200 OK", "", "one"));
    REQUIRE(d.transfer->state() == State::done);
    d.poll(1000);
    CHECK(!server.closed);
    CHECK(d.client.poll_at() == at_ms(11'000));

    SECTION("by the next transfer to the same server") {
        d.get("http://10.0.0.1/two", 10'999);
        CHECK(d.connections() == 1);
        CHECK(server.take() == request("/two"));
        server.receive(response("200 OK", "", "two"));
        CHECK(d.sink.body == "two");
    }
    SECTION("not by one to another port") {
        d.get("http://10.0.0.1:81/two", 2000);
        CHECK(d.connections() == 2);
    }
    SECTION("not after ten seconds") {
        d.get("http://10.0.0.1/two", 11'000);
        CHECK(d.connections() == 2);
        d.client.poll(at_ms(11'000));
        CHECK(server.closed);
        CHECK(server.sink != nullptr);  // the end takes a moment
        d.client.poll(at_ms(12'000));
        CHECK(server.sink == nullptr);
    }
    SECTION("not after the server ended them") {
        server.end();
        d.get("http://10.0.0.1/two", 2000);
        CHECK(d.connections() == 2);
        d.client.poll(at_ms(2000));
        CHECK(server.sink == nullptr);
    }
    SECTION("not after bytes that nobody asked for") {
        server.receive("HTTP/1.1 408 Request Timeout\r\n\r\n");
        d.get("http://10.0.0.1/two", 2000);
        CHECK(d.connections() == 2);
        d.client.poll(at_ms(2000));
        CHECK(server.closed);
    }
    SECTION("and end in order before the network goes away") {
        d.client.close_idle(at_ms(2000));
        CHECK(server.closed);
        CHECK(!server.aborted);
        d.get("http://10.0.0.1/two", 2000);
        CHECK(d.connections() == 2);
    }
    SECTION("once more if they ended before the first byte") {
        d.get("http://10.0.0.1/two", 2000);
        server.take();
        server.end(GENERATE(Error::none, Error::connection_reset));
        CHECK(d.transfer->state() == State::running);
        CHECK(d.transfer->poll_at() <= at_ms(2000));
        d.poll(2001);
        REQUIRE(d.connections() == 2);
        d.server().accept();
        CHECK(d.server().take() == request("/two"));
        d.server().end();  // but only once
        d.failure(Error::connection_closed);
    }
    SECTION("but not once the answer had begun") {
        d.get("http://10.0.0.1/two", 2000);
        server.receive("H");
        server.end();
        d.failure(Error::connection_closed);
    }
}

TEST_CASE("HTTP: a connection that the server wants closed is ended in order") {
    Dialogue d;
    Connection& server = d.reach_request();
    server.receive(response("200 OK", "Connection: close\r\n", "x"));
    d.transfer.reset();
    CHECK(server.closed);
    CHECK(!server.aborted);
    d.get("http://10.0.0.1/two");
    CHECK(d.connections() == 2);
}

TEST_CASE("HTTP: more idle connections than places") {
    Dialogue d;
    for (int i = 1; i <= 6; ++i) {
        d.get(("http://10.0.0." + std::to_string(i) + "/").c_str(), i * 100);
        d.server().accept();
        d.server().receive(response("200 OK", ""));
        d.transfer.reset();
    }
    CHECK(d.connector.connections[0]->sink == nullptr);
    CHECK(d.connector.connections[1]->sink == nullptr);
    CHECK(d.connector.connections[2]->sink != nullptr);
    d.get("http://10.0.0.6/", 1000);
    CHECK(d.connections() == 6);
}

TEST_CASE("HTTP: patience ends after 120 seconds without a byte") {
    Dialogue d;
    SECTION("of an answer") {
        d.reach_request();
        d.poll(5'000);
        CHECK(d.transfer->poll_at() == at_ms(125'000));
        d.poll(124'999);
        CHECK(d.transfer->state() == State::running);
        d.poll(125'000);
        CHECK(d.failure(Error::timed_out).ends_with("no answer for 120 s"));
    }
    SECTION("of the body, counted from the last byte") {
        Connection& server = d.reach_request();
        server.receive("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
        d.poll(50'000);
        server.receive("abc");
        d.poll(100'000);
        d.poll(219'999);
        CHECK(d.transfer->state() == State::running);
        d.poll(220'000);
        CHECK(d.failure(Error::timed_out).ends_with("no data for 120 s, after 3 of 9 bytes"));
    }
    CHECK(d.server().aborted);
}

TEST_CASE("HTTP: a sink that refuses ends the transfer") {
    Dialogue d;
    d.get("http://10.0.0.1/k");
    d.sink.largest = 4;
    d.server().accept();
    SECTION("by the size") {
        d.server().receive(response("200 OK", "", "hello"));
        CHECK(d.failure(Error::no_memory).find("file of 5 bytes: ") != std::string::npos);
        CHECK(d.sink.body.empty());
    }
    SECTION("by the data") {
        d.server().receive("HTTP/1.1 200 OK\r\n\r\nhello");
        d.failure(Error::no_memory);
        d.server().receive("more");
        CHECK(d.sink.body == "hello");
    }
    d.poll(1);
    CHECK(d.server().sink == nullptr);
}

TEST_CASE("HTTP: cancelling breaks the connection off") {
    Dialogue d;
    d.reach_request().receive("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    d.transfer->cancel();
    d.failure(Error::cancelled);
    CHECK(d.server().aborted);
    d.poll(1);
}

TEST_CASE("HTTP: random answers end in order") {
    std::mt19937 random(13);
    const std::string pieces[] = {"HTTP/1.1 200 OK\r\n",
                                  "HTTP/1.1 302 Found\r\n",
                                  "HTTP/1.1 404 No\r\n",
                                  "HTTP/1.1 100 C\r\n\r\n",
                                  "Content-Length: 5\r\n",
                                  "Content-Length: 3\r\n",
                                  "Transfer-Encoding: chunked\r\n",
                                  "Location: /x\r\n",
                                  "Connection: close\r\n",
                                  "\r\n",
                                  "\r\n",
                                  "5\r\nhello\r\n",
                                  "0\r\n\r\n",
                                  "abcde"};
    for (int round = 0; round < 5000; ++round) {
        Dialogue d;
        d.get("http://10.0.0.1/k");
        i64 ms = 0;
        for (int step = 0; step < 12 && d.transfer->state() == State::running; ++step) {
            Connection& server = d.server();
            if (server.sink == nullptr || server.ended) break;
            if (!server.connected) server.accept();
            if (random() % 12 == 0) {
                server.end(random() % 2 != 0 ? Error::none : Error::connection_reset);
            } else {
                std::string data;
                for (unsigned i = random() % 6; i > 0; --i) {
                    data += pieces[random() % std::size(pieces)];
                }
                server.receive(data);
            }
            d.poll(++ms);
        }
        d.poll(200'000);
        d.poll(400'000);
        REQUIRE(d.transfer->state() != State::running);
        REQUIRE(!d.sink.size_after_data);
        REQUIRE(d.sink.size_calls <= 1);
        if (d.transfer->state() == State::done && d.sink.size) {
            REQUIRE(d.sink.body.size() == *d.sink.size);
        }
    }
}
