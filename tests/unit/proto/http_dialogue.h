// The server's side of an HTTP transfer, played by the test.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <ostream>

#include "fakes/body_sink.h"
#include "fakes/net.h"
#include "proto/http.h"

namespace kedge::proto::test {

using State = Transfer::State;
using Connection = fakes::Connector::Connection;

inline Instant at_ms(i64 ms) { return Instant::from_us(ms * 1000); }

inline std::string request(const std::string& target, const std::string& host = "10.0.0.1",
                           const std::string& more = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: " + host +
           "\r\nUser-Agent: iPXE/1.21.1+ (Kedge/" KEDGE_VERSION ")\r\n" + more +
           "Connection: keep-alive\r\n\r\n";
}

inline std::string response(const std::string& status, const std::string& headers,
                            const std::string& body = "") {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::string redirect(const std::string& location, const std::string& status = "302 Found") {
    return response(status, "Location: " + location + "\r\n", "moved");
}

/// Names are what the test makes them.
class FakeResolver final : public Resolver {
  public:
    struct Name {
        std::vector<net::Ipv4Address> addresses;  // none: the name is unknown
        bool slow = false;                        // the answer waits until the test clears this
    };

    Result<Unique<Lookup>> lookup(StrView host, Instant now) override {
        const auto found = names.find(std::string(host.data(), host.size()));
        if (found == names.end()) return literal_.lookup(host, now);
        return Unique<Lookup>(new FakeLookup(found->second));
    }
    Result<net::Ipv4Address> resolve(StrView host) override { return literal_.resolve(host); }

    std::map<std::string, Name> names;

  private:
    class FakeLookup final : public Lookup {
      public:
        explicit FakeLookup(const Name& name) : name_(name) {
            failure_.error = Error::unknown_host;
            failure_.stage = Text<160>("DNS boot.example");
            failure_.cause = Text<96>("no such name");
        }
        void poll(Instant) override {}
        Instant poll_at() const override { return at_ms(77); }
        State state() const override {
            return name_.slow                ? State::running
                   : name_.addresses.empty() ? State::failed
                                             : State::done;
        }
        std::span<const net::Ipv4Address> addresses() const override { return name_.addresses; }
        const Failure& failure() const override { return failure_; }

      private:
        const Name& name_;
        Failure failure_;
    };

    AddressResolver literal_;
};

struct HttpDialogue {
    fakes::Connector connector;
    FakeResolver resolver;
    fakes::FakeEntropy entropy;
    HttpClient client{connector, resolver, entropy};
    fakes::BodySink sink;
    Unique<Transfer> transfer;

    void get(const char* uri, i64 ms = 0, const RequestExtras& extras = {}) {
        sink = fakes::BodySink();
        transfer = *client.get(*Uri::parse(uri), extras, sink, at_ms(ms));
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
    /// A new connection is on its way: accepts it and returns what is sent.
    std::string accept() {
        REQUIRE(!server().connected);
        server().accept();
        return server().take();
    }
    /// What the user is told although the transfer goes on; "" for nothing.
    std::string notice() {
        const Failure* notice = transfer->take_notice();
        return notice != nullptr ? fakes::sentence(*notice) : "";
    }
    std::string failure(Error expected) {
        REQUIRE(transfer->state() == State::failed);
        CHECK(transfer->failure().error == expected);
        return fakes::sentence(transfer->failure());
    }
};

}  // namespace kedge::proto::test
