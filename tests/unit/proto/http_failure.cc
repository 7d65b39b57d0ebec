// HTTP: what cannot be got, and the sentence about it.
#include "http_dialogue.h"

using namespace kedge;
using namespace kedge::proto;
using namespace kedge::proto::test;

TEST_CASE("HTTP: user and password are not shown") {
    HttpDialogue d;
    d.get("http://me:secret@10.0.0.1/k");
    d.server().end(Error::connection_refused);
    CHECK(d.failure(Error::connection_refused) ==
          "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: connection refused (is the web server running "
          "on this port?)");
    d.get("http://me:%@10.0.0.1/k");
    CHECK(d.failure(Error::bad_format) ==
          "HTTP GET http://10.0.0.1/k: the user or password in the URI is not well formed");
}

TEST_CASE("HTTP: connections that end before the body") {
    HttpDialogue d;
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
    CHECK(d.notice() == "");
}

TEST_CASE("HTTP: no way to the server") {
    HttpDialogue d;
    SECTION("no route") {
        d.connector.failure = Error::network_unreachable;
        d.get("http://10.0.0.1/k");
        CHECK(d.failure(Error::network_unreachable) ==
              "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: no route to 10.0.0.1 (check address, "
              "netmask and gateway)");
    }
    SECTION("a name") {
        d.get("http://boot.example/k");
        CHECK(d.failure(Error::unknown_host) ==
              "HTTP GET http://boot.example/k: DNS boot.example: names cannot be resolved here "
              "(use an address)");
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
        HttpDialogue d;
        d.reach_request().receive(response(row.status, "", "<html>"));
        CHECK(d.failure(row.error) ==
              std::string("HTTP GET http://10.0.0.1/k: 10.0.0.1:80: ") + row.status + row.hint);
        CHECK(d.sink.body.empty());
        CHECK(d.sink.size_calls == 0);
    }
    HttpDialogue d;
    d.reach_request().receive(response("404 No\x1b[31m\x07", ""));
    CHECK(d.failure(Error::not_found).find("404 No.[31m.") != std::string::npos);
}

TEST_CASE("HTTP: an encoded body is refused") {
    HttpDialogue d;
    d.reach_request().receive(response("200 OK", "Content-Encoding: gzip\r\n", "zzz"));
    CHECK(
        d.failure(Error::not_supported) ==
        "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: the body is encoded as gzip (switch compression "
        "off for this file on the server)");
    CHECK(d.sink.body.empty());
}

TEST_CASE("HTTP: what is no HTTP is said") {
    HttpDialogue d;
    d.reach_request().receive("SSH-2.0-OpenSSH_9.2\r\n");
    CHECK(d.failure(Error::protocol) ==
          "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: broken answer: it does not begin like HTTP");
}

TEST_CASE("HTTP: patience ends after 120 seconds without a byte") {
    HttpDialogue d;
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
