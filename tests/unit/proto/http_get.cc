// HTTP: what is asked for and how a body arrives.
#include <random>

#include "http_dialogue.h"

using namespace kedge;
using namespace kedge::proto;
using namespace kedge::proto::test;

TEST_CASE("HTTP: request, answer, file") {
    HttpDialogue d;
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
        HttpDialogue d;
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
    // Who we are is said only to a server that asks.
    CHECK(sent("http://me:p%40ss@10.0.0.1/") == request("/"));
}

TEST_CASE("HTTP: a request larger than the send buffer goes out in pieces") {
    HttpDialogue d;
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
    HttpDialogue d;
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
    HttpDialogue d;
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
    struct Pointers final : BodySink {
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
    AddressResolver resolver;
    fakes::FakeEntropy entropy;
    HttpClient client(connector, resolver, entropy);
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

TEST_CASE("HTTP: a sink that refuses ends the transfer") {
    HttpDialogue d;
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
    HttpDialogue d;
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
        HttpDialogue d;
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
