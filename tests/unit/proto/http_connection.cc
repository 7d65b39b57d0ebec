// HTTP: connections that serve more than one transfer.
#include "http_dialogue.h"

using namespace kedge;
using namespace kedge::proto;
using namespace kedge::proto::test;

TEST_CASE("HTTP: the connection serves on after an error page") {
    HttpDialogue d;
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

TEST_CASE("HTTP: connections are used again") {
    HttpDialogue d;
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
    HttpDialogue d;
    Connection& server = d.reach_request();
    server.receive(response("200 OK", "Connection: close\r\n", "x"));
    d.transfer.reset();
    CHECK(server.closed);
    CHECK(!server.aborted);
    d.get("http://10.0.0.1/two");
    CHECK(d.connections() == 2);
}

TEST_CASE("HTTP: more idle connections than places") {
    HttpDialogue d;
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
