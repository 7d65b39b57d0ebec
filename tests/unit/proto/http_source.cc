// HTTP: names, several addresses, several mirrors, and requests that say more than GET.
#include "http_dialogue.h"

using namespace kedge;
using namespace kedge::proto;
using namespace kedge::proto::test;

namespace {

net::Ipv4Address ip(u8 last) { return net::Ipv4Address::of(10, 0, 0, last); }

struct Mirrors {
    explicit Mirrors(std::initializer_list<const char*> texts) {
        for (const char* text : texts) uris.push_back(*Uri::parse(text));
    }
    RequestExtras extras() const { return {.mirrors = uris}; }
    std::vector<Uri> uris;
};

}  // namespace

TEST_CASE("HTTP: a name is looked up, and its addresses are tried in turn") {
    HttpDialogue d;
    d.resolver.names["boot.example"] = {{ip(1), ip(2)}, true};
    d.get("http://boot.example:81/k");
    CHECK(d.connections() == 0);
    CHECK(d.transfer->poll_at() == at_ms(77));
    d.poll(1);
    CHECK(d.connections() == 0);
    d.resolver.names["boot.example"].slow = false;
    d.poll(2);
    REQUIRE(d.connections() == 1);
    CHECK(d.server().remote == net::Endpoint{ip(1), 81});

    SECTION("refused") {
        d.server().end(Error::connection_refused);
        CHECK(d.notice() ==
              "HTTP GET http://boot.example:81/k: 10.0.0.1:81: connection refused (trying 10.0.0.2 "
              "now)");
    }
    SECTION("silent") {
        CHECK(d.transfer->poll_at() == at_ms(5002));
        d.poll(5002);
        CHECK(d.notice().find("cannot connect (trying 10.0.0.2 now)") != std::string::npos);
    }
    d.poll(5003);
    REQUIRE(d.connections() == 2);
    CHECK(d.server().remote == net::Endpoint{ip(2), 81});
    CHECK(d.accept() == request("/k", "boot.example:81"));
    d.server().receive(response("200 OK", "", "file"));
    CHECK(d.sink.body == "file");

    // The next file comes by the connection that works.
    d.poll(5004);
    d.get("http://boot.example:81/two", 5004);
    CHECK(d.connections() == 2);
}

TEST_CASE("HTTP: a name that does not exist") {
    HttpDialogue d;
    d.resolver.names["boot.example"] = {};
    d.get("http://boot.example/k");
    CHECK(d.failure(Error::unknown_host) ==
          "HTTP GET http://boot.example/k: DNS boot.example: no such name");
}

TEST_CASE("HTTP: all addresses refuse") {
    HttpDialogue d;
    d.resolver.names["boot.example"] = {{ip(1), ip(2)}};
    d.get("http://boot.example/k");
    d.server().end(Error::connection_refused);
    d.poll(1);
    d.server().end(Error::connection_refused);
    CHECK(d.failure(Error::connection_refused).find("10.0.0.2:80") != std::string::npos);
}

TEST_CASE("HTTP: a mirror takes over") {
    const Mirrors mirrors{"http://10.0.0.2/m/k", "http://10.0.0.3/k"};
    HttpDialogue d;
    d.get("http://10.0.0.1/k", 0, mirrors.extras());
    SECTION("for a server that is not there") {
        d.server().end(Error::connection_refused);
        CHECK(d.notice().ends_with("connection refused (trying 10.0.0.2 now)"));
        d.poll(1);
        CHECK(d.accept() == request("/m/k", "10.0.0.2"));
        d.server().receive(response("404 Not Found", ""));
        CHECK(d.notice().ends_with("(trying 10.0.0.3 now)"));
        d.poll(2);
        CHECK(d.accept() == request("/k", "10.0.0.3"));
        SECTION("and has it") {
            d.server().receive(response("200 OK", "", "file"));
            CHECK(d.sink.body == "file");
            CHECK(d.transfer->final_uri() == "http://10.0.0.3/k");
        }
        SECTION("until all have failed") {
            d.server().receive(response("403 Forbidden", ""));
            d.failure(Error::access_denied);
            d.poll(3);
            CHECK(d.connections() == 3);
        }
    }
    SECTION("where the other broke off") {
        d.accept();
        d.server().receive("HTTP/1.1 200 OK\r\nETag: \"v\"\r\nContent-Length: 6\r\n\r\nabc");
        d.poll(1);
        d.server().end(Error::connection_reset);
        d.poll(2);
        REQUIRE(d.connections() == 2);
        const std::string sent = d.accept();
        CHECK(sent.starts_with("GET /m/k "));
        CHECK(sent.find("Range: bytes=3-\r\nIf-Range: \"v\"\r\n") != std::string::npos);
        SECTION("if it is the same file") {
            d.server().receive(
                response("206 P", "ETag: \"v\"\r\nContent-Range: bytes 3-5/6\r\n", "def"));
            CHECK(d.sink.restarts == 0);
        }
        SECTION("from the beginning if it is another") {
            d.server().receive(response("200 OK", "ETag: \"w\"\r\n", "abcdef"));
            CHECK(d.sink.restarts == 1);
        }
        CHECK(d.sink.body == "abcdef");
        CHECK(d.transfer->state() == State::done);
    }
    SECTION("and the first one's turn comes again") {
        d.accept();
        d.server().receive("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
        d.poll(1);
        for (u8 last : {1, 2, 3}) {
            CHECK(d.server().remote.address == ip(last));
            d.server().end(Error::connection_refused);
            d.poll(2);
        }
        CHECK(d.notice().ends_with("(trying again in 1 s)"));
        d.poll(1002);
        CHECK(d.server().remote.address == ip(1));
    }
}

TEST_CASE("HTTP: a mirror of another scheme is refused at once") {
    HttpDialogue d;
    const Mirrors mirrors{"tftp://10.0.0.2/k"};
    CHECK(
        d.client.get(*Uri::parse("http://10.0.0.1/"), mirrors.extras(), d.sink, at_ms(0)).error() ==
        Error::not_supported);
}

TEST_CASE("HTTP: forms, headers and other methods") {
    HttpDialogue d;
    const std::string form =
        "Content-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: 3\r\n";
    const auto post = [&](const std::string& target, const std::string& host,
                          const std::string& more) {
        std::string text = request(target, host, more + form);
        return "POST" + text.substr(3) + "a=b";
    };
    const RequestExtras extras{.headers = "X-A: 1\r\n", .form = "a=b", .has_form = true};
    d.get("http://10.0.0.1/k", 0, extras);
    CHECK(d.accept() == post("/k", "10.0.0.1", "X-A: 1\r\n"));
    Connection& server = d.server();

    SECTION("answered") {
        server.receive(response("200 OK", "", "file"));
        CHECK(d.sink.body == "file");
        // A form is never sent by a connection whose server may just be closing it.
        d.poll(1);
        d.get("http://10.0.0.1/k", 1, extras);
        CHECK(d.connections() == 2);
    }
    SECTION("redirected as a GET") {
        const char* status = GENERATE("301 M", "302 F", "303 S");
        server.receive(redirect("/x", status));
        d.poll(1);
        CHECK(server.take() == request("/x", "10.0.0.1", "X-A: 1\r\n"));
    }
    SECTION("redirected as it was, without what was for the first server") {
        server.receive(redirect("http://10.0.0.2/x", GENERATE("307 T", "308 P")));
        d.poll(1);
        CHECK(d.accept() == post("/x", "10.0.0.2", ""));
    }
    SECTION("never sent twice") {
        server.receive("HTTP/1.1 200 OK\r\nETag: \"v\"\r\nContent-Length: 6\r\n\r\nabc");
        d.poll(1);
        server.end();
        d.failure(Error::connection_closed);
    }
    SECTION("named in failures") {
        server.receive(response("404 Not Found", ""));
        CHECK(d.failure(Error::not_found).starts_with("HTTP POST http://10.0.0.1/k: "));
    }
}

TEST_CASE("HTTP: HEAD has no body") {
    HttpDialogue d;
    d.get("http://10.0.0.1/k", 0, {.method = "HEAD"});
    CHECK(d.accept().starts_with("HEAD /k HTTP/1.1\r\n"));
    d.server().receive("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    CHECK(d.transfer->state() == State::done);
    CHECK(d.sink.size == 0u);
    d.poll(1);
    d.get("http://10.0.0.1/k", 1);
    CHECK(d.connections() == 1);
}
