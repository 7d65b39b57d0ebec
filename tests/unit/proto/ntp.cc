// Asking for the time, as dialogues.
#include "proto/ntp.h"

#include <catch2/catch.hpp>
#include <ostream>

#include "fakes/body_sink.h"
#include "fakes/net.h"

using namespace kedge;
using State = proto::NtpExchange::State;

namespace {

const net::Ipv4Address kServers[] = {net::Ipv4Address::of(10, 0, 0, 1),
                                     net::Ipv4Address::of(10, 0, 0, 2)};
constexpr u64 kUnix = 1'700'000'000;
constexpr u64 k1970 = 2'208'988'800;

std::string be64(u64 value) {
    std::string out(8, '\0');
    for (int i = 0; i < 8; ++i) out[7 - i] = static_cast<char>(value >> (8 * i));
    return out;
}

struct Answer {
    u8 first = 0x24;  // no leap second, version 4, server
    u8 stratum = 2;
    std::string reference = "\x7f\x7f\x01\x01";
    u64 receive = (kUnix + k1970) << 32;
    u64 transmit = (kUnix + k1970) << 32;

    std::string to(const std::string& query) const {
        return std::string{static_cast<char>(first), static_cast<char>(stratum)} +
               std::string(10, '\0') + reference + be64(0) + query.substr(40, 8) + be64(receive) +
               be64(transmit);
    }
};

struct NtpDialogue {
    fakes::DatagramPort port;
    fakes::FakeEntropy entropy;
    proto::NtpExchange exchange{port, entropy};
    i64 ms = 1000;

    explicit NtpDialogue(size_t servers = 1) {
        exchange.start("time.test", std::span(kServers).first(servers), now());
    }
    Instant now() const { return Instant::from_us(ms * 1000); }
    std::string expect_query(size_t server = 0) {
        REQUIRE_FALSE(port.sent.empty());
        const auto datagram = port.take();
        CHECK(datagram.to == net::Endpoint{kServers[server], 123});
        REQUIRE(datagram.payload.size() == 48);
        CHECK(static_cast<u8>(datagram.payload[0]) == 0x23);
        return datagram.payload;
    }
    void receive(const std::string& packet, size_t server = 0, u16 from = 123) {
        exchange.on_datagram({kServers[server], from}, {}, Parts(fakes::as_bytes(packet)), now());
    }
    void wait(i64 more) {
        ms += more;
        exchange.poll(now());
    }
    std::string failure(Error expected) {
        REQUIRE(exchange.state() == State::failed);
        CHECK(exchange.failure().error == expected);
        return fakes::sentence(exchange.failure());
    }
};

}  // namespace

TEST_CASE("NTP: the time, with half of the way") {
    NtpDialogue d;
    const std::string query = d.expect_query();
    d.ms += 100;
    Answer answer;
    answer.transmit += u64{1} << 31;  // half a second after it came
    SECTION("the server says it took longer than the whole way: not believed") {
        d.receive(answer.to(query));
        CHECK(d.exchange.unix_us() == kUnix * 1'000'000 + 500'000 + 50'000);
    }
    SECTION("it took 40 ms of the 100") {
        answer.receive = answer.transmit - (u64{40} << 32) / 1000;
        d.receive(answer.to(query));
        const u64 wanted = kUnix * 1'000'000 + 500'000 + 30'000;
        CHECK(d.exchange.unix_us() - wanted + 5 <= 10);
    }
    CHECK(d.exchange.state() == State::done);
    CHECK(d.exchange.at() == d.now());
}

TEST_CASE("NTP: after 2036 the seconds begin anew") {
    NtpDialogue d;
    const std::string query = d.expect_query();
    Answer answer;
    answer.receive = answer.transmit = u64{1000} << 32;
    d.receive(answer.to(query));
    CHECK(d.exchange.unix_us() / 1'000'000 == (u64{1} << 32) + 1000 - k1970);
}

TEST_CASE("NTP: what is not an answer to this question is not heard") {
    NtpDialogue d(2);
    const std::string query = d.expect_query();
    const std::string good = Answer().to(query);
    std::string forged = good;
    SECTION("another cookie") { forged[31] ^= 1; }
    SECTION("from a client") { forged[0] = 0x23; }
    SECTION("too short") { forged.resize(47); }
    SECTION("nothing") { forged.clear(); }
    d.receive(forged);
    d.receive(good, 1);
    d.receive(good, 0, 1123);
    CHECK(d.exchange.state() == State::running);
    d.receive(good);
    CHECK(d.exchange.state() == State::done);
}

TEST_CASE("NTP: an answer to an earlier question is not heard") {
    NtpDialogue d;
    const std::string first = d.expect_query();
    d.wait(1000);
    const std::string second = d.expect_query();
    CHECK(first.substr(40) != second.substr(40));
    d.receive(Answer().to(first));
    CHECK(d.exchange.state() == State::running);
    d.receive(Answer().to(second));
    CHECK(d.exchange.state() == State::done);
}

TEST_CASE("NTP: servers that do not know the time are passed over") {
    NtpDialogue d(2);
    Answer answer;
    SECTION("not synchronised") { answer.first = 0xe4; }
    SECTION("stratum 16") { answer.stratum = 16; }
    SECTION("no time") { answer.transmit = 0; }
    SECTION("a kiss of death") {
        answer.stratum = 0;
        answer.reference = "DENY";
    }
    d.receive(answer.to(d.expect_query()));
    d.wait(0);
    d.receive(Answer().to(d.expect_query(1)), 1);
    CHECK(d.exchange.state() == State::done);
}

TEST_CASE("NTP: a kiss of death from the only server is the end") {
    NtpDialogue d;
    Answer answer;
    answer.stratum = 0;
    answer.reference =
        "RA\x1b"
        "E";
    d.receive(answer.to(d.expect_query()));
    d.wait(0);
    CHECK(d.port.sent.empty());
    CHECK(d.failure(Error::access_denied) ==
          "NTP time.test: 10.0.0.1:123: the server says RA.E (a kiss of death: ask another "
          "server)");
}

TEST_CASE("NTP: silence") {
    NtpDialogue d(2);
    int asked = 0;
    while (d.exchange.state() == State::running) {
        while (!d.port.sent.empty()) d.expect_query(static_cast<size_t>(asked++ % 2));
        d.wait(10);
        REQUIRE(d.ms < 20'000);
    }
    CHECK(asked == 6);
    CHECK(d.failure(Error::timed_out).find("no answer") != std::string::npos);
}

TEST_CASE("NTP: nothing can be sent") {
    NtpDialogue d;
    d.port.sent.clear();
    const Error error = GENERATE(Error::network_unreachable, Error::busy);
    d.port.failure = error;
    for (int i = 0; i < 30; ++i) d.wait(1000);
    REQUIRE(d.exchange.state() == State::failed);
    CHECK(d.exchange.failure().error != Error::none);
}
