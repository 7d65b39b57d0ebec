// Lookups as dialogues with DNS servers that the test plays.
#include "proto/dns.h"

#include <catch2/catch.hpp>
#include <ostream>
#include <set>

#include "fakes/body_sink.h"
#include "fakes/dns_server.h"
#include "fakes/net.h"

using namespace kedge;
using fakes::DnsQuestion;
using fakes::DnsReply;
using State = proto::Lookup::State;

namespace {

const net::Endpoint kFirst = {net::Ipv4Address::of(10, 0, 0, 1), 53};
const net::Endpoint kSecond = {net::Ipv4Address::of(10, 0, 0, 2), 53};

class Port final : public proto::DnsPort {
  public:
    u16 local_port() const override { return 50000; }
    Result<void> renew() override {
        ++renewals;
        return renewal;
    }
    Result<void> send_to(net::Endpoint to, Bytes payload) override {
        return all.send_to(to, payload);
    }

    fakes::DatagramPort all;
    int renewals = 0;
    Result<void> renewal;
};

struct DnsDialogue {
    Port port;
    fakes::Connector connector;
    fakes::FakeEntropy entropy;
    proto::DnsCache cache;
    std::unique_ptr<proto::DnsExchange> lookup;
    i64 ms = 0;

    void start(const char* host, const char* search = "", size_t servers = 2) {
        lookup = std::make_unique<proto::DnsExchange>(port, connector, entropy, cache);
        proto::DnsConfig config;
        config.servers = {kFirst.address, kSecond.address};
        config.server_count = servers;
        REQUIRE(config.search.assign(search).ok());
        REQUIRE(lookup->start(host, std::move(config), now()).ok());
        poll();
    }
    Instant now() const { return Instant::from_us(ms * 1000); }
    void poll() { lookup->poll(now()); }
    void wait(i64 more) {
        ms += more;
        poll();
    }
    /// Waits until something is sent or it is over; how long that took.
    i64 wait_for_news(i64 at_most = 60'000) {
        const i64 begin = ms;
        while (port.all.sent.empty() && lookup->state() == State::running) {
            REQUIRE(ms - begin <= at_most);
            wait(1);
        }
        return ms - begin;
    }
    DnsQuestion expect_question(const std::string& name, net::Endpoint server = kFirst) {
        REQUIRE_FALSE(port.all.sent.empty());
        const auto datagram = port.all.take();
        CHECK(datagram.to == server);
        const DnsQuestion question = DnsQuestion::of(datagram.payload);
        REQUIRE(question.name == name);
        return question;
    }
    void expect_nothing() { REQUIRE(port.all.sent.empty()); }
    void receive(const std::string& message, net::Endpoint from = kFirst) {
        lookup->on_datagram(from, {}, Parts(fakes::as_bytes(message)), now());
        poll();
    }
    void expect_address(const char* address) {
        REQUIRE(lookup->state() == State::done);
        REQUIRE(!lookup->addresses().empty());
        CHECK(lookup->addresses()[0] == *net::Ipv4Address::parse(address));
        CHECK(lookup->poll_at() == Instant::never());
    }
    std::string failure(Error expected) {
        REQUIRE(lookup->state() == State::failed);
        CHECK(lookup->failure().error == expected);
        return fakes::sentence(lookup->failure());
    }
};

}  // namespace

TEST_CASE("lookup: question, answer") {
    DnsDialogue d;
    d.start("web.test");
    const auto question = d.expect_question("web.test");
    d.receive(DnsReply(question.id, "web.test")
                  .a("web.test", "10.9.9.9")
                  .a("web.test", "10.9.9.8")
                  .bytes());
    d.expect_address("10.9.9.9");
    CHECK(d.lookup->addresses().size() == 2);
    CHECK(d.port.renewals == 1);
}

TEST_CASE("lookup: addresses ask nobody") {
    DnsDialogue d;
    d.start("10.1.2.3", "test", 0);
    d.expect_address("10.1.2.3");
    CHECK(d.port.renewals == 0);
}

TEST_CASE("lookup: what is no name is not asked for") {
    DnsDialogue d;
    const auto [host, cause] = GENERATE(table<const char*, const char*>({
        {"", "not a valid name of a host"},
        {"a..b", "not a valid name of a host"},
        {"a b", "not a valid name of a host"},
        {"10.1.2", "neither an address nor a name"},
        {"300.1.2.3", "neither an address nor a name"},
        {"fd00::1", "IPv6 addresses are not supported yet"},
    }));
    d.start(host, "test");
    CHECK(d.lookup->state() == State::failed);
    CHECK(fakes::sentence(d.lookup->failure()).find(cause) != std::string::npos);
    d.expect_nothing();
}

TEST_CASE("lookup: nobody to ask") {
    DnsDialogue d;
    d.start("web.test", "", 0);
    CHECK(d.failure(Error::unknown_host) ==
          "DNS web.test: no DNS server is known (dhcp may bring one, or: set dns ADDRESS)");
}

TEST_CASE("lookup: only the server's answer to this question counts") {
    DnsDialogue d;
    d.start("web.test");
    const u16 id = d.expect_question("web.test").id;
    const std::string forged = DnsReply(id, "web.test").a("web.test", "6.6.6.6").bytes();
    d.receive(forged, kSecond);
    d.receive(forged, {kFirst.address, 5353});
    d.receive(DnsReply(id ^ 0x100, "web.test").a("web.test", "6.6.6.6").bytes());
    d.receive(DnsReply(id, "bank.test").a("web.test", "6.6.6.6").bytes());
    d.receive("");
    CHECK(d.lookup->state() == State::running);
    d.expect_nothing();
    d.receive(DnsReply(id, "web.test").a("web.test", "10.9.9.9").bytes());
    d.expect_address("10.9.9.9");
}

TEST_CASE("lookup: silence moves on to the next server, with growing patience and new ids") {
    DnsDialogue d;
    d.start("web.test");
    std::set<u16> ids;
    std::vector<i64> waits;
    i64 asked = 0;
    for (int i = 0; d.lookup->state() == State::running; ++i) {
        REQUIRE(i < 20);
        ids.insert(d.expect_question("web.test", i % 2 == 0 ? kFirst : kSecond).id);
        ++asked;
        waits.push_back(d.wait_for_news());
    }
    CHECK(std::vector<i64>(waits.begin(), waits.begin() + 4) ==
          std::vector<i64>{400, 400, 800, 800});
    CHECK(ids.size() == static_cast<size_t>(asked));
    CHECK(d.port.renewals == asked);
    CHECK(d.ms <= 40'000);
    CHECK(d.failure(Error::timed_out).find("no answer (check the dns setting") !=
          std::string::npos);
}

TEST_CASE("lookup: a late answer to an earlier question is not taken") {
    DnsDialogue d;
    d.start("web.test");
    const u16 first = d.expect_question("web.test").id;
    d.wait_for_news();
    const u16 second = d.expect_question("web.test", kSecond).id;
    d.receive(DnsReply(first, "web.test").a("web.test", "10.9.9.9").bytes());
    CHECK(d.lookup->state() == State::running);
    d.receive(DnsReply(second, "web.test").a("web.test", "10.9.9.8").bytes(), kSecond);
    d.expect_address("10.9.9.8");
}

TEST_CASE("lookup: a server that cannot help is passed over at once") {
    DnsDialogue d;
    const u8 code = GENERATE(1, 2, 4, 5, 9);
    d.start("web.test");
    d.receive(DnsReply(d.expect_question("web.test").id, "web.test").code(code).bytes());
    CHECK(d.wait_for_news() == 0);
    const u16 id = d.expect_question("web.test", kSecond).id;
    SECTION("the other one can") {
        d.receive(DnsReply(id, "web.test").a("web.test", "10.9.9.9").bytes(), kSecond);
        d.expect_address("10.9.9.9");
    }
    SECTION("nor can the other") {
        d.receive(DnsReply(id, "web.test").code(code).bytes(), kSecond);
        d.wait(1);
        CHECK(d.lookup->state() == State::failed);
        CHECK(fakes::sentence(d.lookup->failure()).starts_with("DNS web.test: 10.0.0.2:53: the "));
    }
}

TEST_CASE("lookup: broken answers are a server that cannot help") {
    DnsDialogue d;
    d.start("web.test", "", 1);
    const u16 id = d.expect_question("web.test").id;
    SECTION("cut") {
        const std::string whole = DnsReply(id, "web.test").a("web.test", "10.9.9.9").bytes();
        d.receive(whole.substr(0, whole.size() - 1));
        d.wait(1);
        CHECK(d.failure(Error::protocol).ends_with("broken answer"));
    }
    SECTION("aliases in a circle") {
        d.receive(DnsReply(id, "web.test").cname("web.test", "web.test").bytes());
        d.wait(1);
        CHECK(d.failure(Error::protocol).ends_with("its aliases never end"));
    }
}

TEST_CASE("lookup: aliases that the server does not follow are asked for, not for ever") {
    DnsDialogue d;
    d.start("a0.test");
    for (int i = 0;; ++i) {
        const std::string from = "a" + std::to_string(i) + ".test";
        const std::string to = "a" + std::to_string(i + 1) + ".test";
        if (d.lookup->state() != State::running) break;
        REQUIRE(i < 30);
        const u16 id = d.expect_question(from).id;
        if (i == 3 && GENERATE(true, false)) {
            d.receive(DnsReply(id, from).a(from, "10.9.9.9").bytes());
            return d.expect_address("10.9.9.9");
        }
        d.receive(DnsReply(id, from).cname(from, to).bytes());
        d.wait(1);
    }
    CHECK(d.failure(Error::protocol).ends_with("its aliases never end"));
}

namespace {

/// The names asked for, when none exists.
std::vector<std::string> names_tried(DnsDialogue& d) {
    std::vector<std::string> names;
    while (d.lookup->state() == State::running) {
        REQUIRE(names.size() < 10);
        REQUIRE_FALSE(d.port.all.sent.empty());
        const DnsQuestion question = DnsQuestion::of(d.port.all.take().payload);
        names.push_back(question.name);
        d.receive(DnsReply(question.id, question.name).code(3).bytes());
        d.wait(1);
    }
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("lookup: the search list") {
    DnsDialogue d;
    SECTION("a short name is first looked for in the domains") {
        d.start("web", "one.test, two.test");
        CHECK(names_tried(d) == Names{"web.one.test", "web.two.test", "web"});
        CHECK(d.failure(Error::unknown_host) ==
              "DNS web: 10.0.0.1:53: no such name (NXDOMAIN) (also looked for in one.test, "
              "two.test)");
    }
    SECTION("a name with dots is first taken as it is") {
        d.start("web.lab", "one.test");
        CHECK(names_tried(d) == Names{"web.lab", "web.lab.one.test"});
    }
    SECTION("a final dot makes it complete") {
        d.start("web.", "one.test");
        CHECK(names_tried(d) == Names{"web"});
        CHECK(d.failure(Error::unknown_host)
                  .ends_with("(check the name, and that this server "
                             "knows it)"));
    }
    SECTION("without a list") {
        d.start("web", " , ");
        CHECK(names_tried(d) == Names{"web"});
    }
    SECTION("domains that are none are left out") {
        d.start("web", ".. one.test a..b");
        CHECK(names_tried(d) == Names{"web.one.test", "web"});
    }
    SECTION("the first that exists is taken") {
        d.start("web", "one.test two.test");
        d.receive(DnsReply(d.expect_question("web.one.test").id, "web.one.test").bytes());
        d.wait(1);
        d.receive(DnsReply(d.expect_question("web.two.test").id, "web.two.test")
                      .a("web.two.test", "10.9.9.9")
                      .bytes());
        d.expect_address("10.9.9.9");
    }
    SECTION("a domain that the server refuses does not hide the others") {
        d.start("web", "one.test", 1);
        d.receive(DnsReply(d.expect_question("web.one.test").id, "web.one.test").code(5).bytes());
        d.wait(1);
        d.receive(DnsReply(d.expect_question("web").id, "web").code(3).bytes());
        d.wait(1);
        CHECK(d.failure(Error::unknown_host).find("no such name") != std::string::npos);
    }
}

TEST_CASE("lookup: a long answer is fetched over TCP") {
    DnsDialogue d;
    d.start("web.test");
    const u16 id = d.expect_question("web.test").id;
    d.receive(DnsReply(id, "web.test").truncated().bytes());
    d.wait(0);
    REQUIRE(d.connector.connections.size() == 1);
    auto& stream = d.connector.last();
    CHECK(stream.remote == kFirst);
    SECTION("in pieces of any size") {
        stream.accept();
        const std::string sent = stream.take();
        REQUIRE(sent.size() > 2);
        CHECK(sent.substr(0, 2) == DnsReply::word(sent.size() - 2));
        CHECK(DnsQuestion::of(sent.substr(2)).name == "web.test");
        DnsReply reply(DnsQuestion::of(sent.substr(2)).id, "web.test");
        for (int i = 0; i < 200; ++i) reply.a("web.test", "10.9.9.9");
        const std::string all = DnsReply::word(reply.bytes().size()) + reply.bytes();
        for (size_t at = 0; at < all.size(); at += 7) stream.receive(all.substr(at, 7));
        d.expect_address("10.9.9.9");
        d.poll();
        CHECK(stream.sink == nullptr);  // it was ended
        return;
    }
    SECTION("or not: it is refused") { stream.end(Error::connection_refused); }
    SECTION("or not: it is ended early") {
        stream.accept();
        stream.receive(DnsReply::word(100) + "abc");
        stream.end();
    }
    SECTION("or not: there is no answer") { stream.accept(); }
    SECTION("or not: it is nonsense, and much of it") {
        stream.accept();
        for (int i = 0; i < 100; ++i) stream.receive(std::string(1000, '\xff'));
    }
    d.wait_for_news(4000);
    CHECK(stream.sink == nullptr);
    d.expect_question("web.test", kSecond);
}

TEST_CASE("lookup: what is known is not asked again until it is too old") {
    DnsDialogue d;
    d.start("web.test");
    d.receive(DnsReply(d.expect_question("web.test").id, "web.test")
                  .cname("web.test", "b.test", 20)
                  .a("b.test", "10.9.9.9", 100)
                  .bytes());
    d.expect_address("10.9.9.9");
    d.ms += 19'999;
    d.start("WEB.test");
    d.expect_address("10.9.9.9");
    d.expect_nothing();
    SECTION("other servers may say something else") {
        d.start("web.test", "", 1);
        proto::DnsConfig config;
        config.servers = {kSecond.address};
        config.server_count = 1;
        d.lookup = std::make_unique<proto::DnsExchange>(d.port, d.connector, d.entropy, d.cache);
        REQUIRE(d.lookup->start("web.test", std::move(config), d.now()).ok());
        d.poll();
        d.expect_question("web.test", kSecond);
    }
    SECTION("time to live") {
        d.ms += 1;
        d.start("web.test");
        d.expect_question("web.test");
    }
}

TEST_CASE("lookup: an answer with a time to live of 0 is for this one only") {
    DnsDialogue d;
    d.start("web.test");
    d.receive(DnsReply(d.expect_question("web.test").id, "web.test")
                  .a("web.test", "10.9.9.9", 0)
                  .bytes());
    d.expect_address("10.9.9.9");
    d.start("web.test");
    d.expect_question("web.test");
}

TEST_CASE("lookup: servers that cannot be reached") {
    DnsDialogue d;
    SECTION("no route") {
        d.port.all.failure = Error::network_unreachable;
        d.start("web.test");
        for (int i = 0; i < 5; ++i) d.wait(1);
        CHECK(d.failure(Error::network_unreachable).find("no route to 10.0.0.") !=
              std::string::npos);
    }
    SECTION("a card without room is asked again soon") {
        d.port.all.failure = Error::busy;
        d.start("web.test");
        d.wait(3);
        d.port.all.failure = Error::none;
        d.wait(3);
        d.expect_question("web.test");
    }
}
