// HTTP: redirects.
#include "http_dialogue.h"

using namespace kedge;
using namespace kedge::proto;
using namespace kedge::proto::test;

TEST_CASE("HTTP: redirects") {
    HttpDialogue d;
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
        d.failure(Error::unknown_host);
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
