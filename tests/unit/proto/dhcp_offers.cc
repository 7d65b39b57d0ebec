// Which offers count, in what order and until when; and what becomes of a lease.
#include <algorithm>

#include "dhcp_dialogue.h"

using namespace kedge;
using namespace kedge::proto::test;
using namespace std::string_literals;

namespace {

const Ipv4Address kOther = Ipv4Address::of(10, 0, 0, 2);
const Ipv4Address kOtherOffered = Ipv4Address::of(10, 0, 0, 60);

Reply proxy_offer(std::string file = "", Ipv4Address server = Ipv4Address::of(10, 0, 0, 9)) {
    Reply reply{.yiaddr = {}, .siaddr = server, .server = server, .mask = {}, .file = file};
    reply.options = {{kDhcpVendorClass, "PXEClient"}};
    return reply;
}

Reply with_priority(Reply reply, int priority) {
    reply.options.push_back({kDhcpEtherboot, "\x01\x01"s + static_cast<char>(priority)});
    return reply;
}

std::string file_of(Bytes packet) {
    if (packet.empty()) return "-";
    const StrView file = DhcpMessage::parse(packet)->boot_file();
    return {file.data(), file.size()};
}

std::string u32_option(u32 value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
            static_cast<char>(value >> 8), static_cast<char>(value)};
}

struct Offers : DhcpDialogue {
    Offers() {
        start();
        expect(DhcpType::discover);
    }
    void bind(i64 ms, Reply ack = kAck) {
        receive(ack, ms);
        REQUIRE(client.state() == State::bound);
    }
};

}  // namespace

TEST_CASE("DHCP: an offer without a file is taken at once, and others are listened for") {
    Offers d;
    d.receive({}, 10);
    d.poll(10);
    d.expect(DhcpType::request);
    d.bind(12);
    CHECK(d.client.proxy_offer().empty());
    CHECK(d.client.listens_until() == at_ms(2000));
    d.poll(2000);
    d.expect_nothing();
}

TEST_CASE("DHCP: a slow server's offer leaves the others a moment more") {
    Offers d;
    d.poll(300);
    d.expect(DhcpType::discover);
    d.receive({}, 2100);
    CHECK(d.client.listens_until() == at_ms(2600));
}

TEST_CASE("DHCP: a ProxyDHCP offer counts whenever it comes until listening ends") {
    for (i64 when : {5, 11, 1999, 2000, 9000}) {
        Offers d;
        if (when < 10) d.receive(proxy_offer("p"), when);
        d.receive({}, 10);
        d.poll(10);
        d.expect(DhcpType::request);
        if (when == 11) d.receive(proxy_offer("p"), when);
        d.bind(12);
        if (when > 12) d.receive(proxy_offer("p"), when);
        CAPTURE(when);
        CHECK(file_of(d.client.proxy_offer()) == (when < 2000 ? "p" : "-"));
    }
}

TEST_CASE("DHCP: of several ProxyDHCP offers, priority counts, then what can be used as it is") {
    const std::vector<Reply> offers = {proxy_offer(""), proxy_offer("good"),
                                       with_priority(proxy_offer("best"), 3),
                                       with_priority(proxy_offer("worse"), -1)};
    std::vector<size_t> order = {0, 1, 2, 3};
    do {
        Offers d;
        for (size_t i : order) d.receive(offers[i], 1);
        CHECK(file_of(d.client.proxy_offer()) == "best");
    } while (std::next_permutation(order.begin(), order.end()));

    for (bool empty_first : {false, true}) {
        Offers d;
        d.receive(offers[empty_first ? 0 : 1], 1);
        d.receive(offers[empty_first ? 1 : 0], 2);
        CHECK(file_of(d.client.proxy_offer()) == "good");
    }
    Offers d;  // of two that are as good the later one, as iPXE does
    d.receive(proxy_offer("a"), 1);
    d.receive(proxy_offer("b"), 2);
    CHECK(file_of(d.client.proxy_offer()) == "b");
}

TEST_CASE("DHCP: one packet may be both kinds of offer") {
    Offers d;
    Reply both{.file = "k"};
    both.options = {{kDhcpVendorClass, "PXEClient"}};
    d.receive(both, 1);
    d.poll(1);
    d.expect(DhcpType::request);
    CHECK(file_of(d.client.proxy_offer()) == "k");
}

TEST_CASE("DHCP: what beats an offer, in every order of two") {
    struct Row {
        const char* what;
        Reply first;
        Reply second;
        int winner;  // 0: the first that came
    };
    const Reply plain{};
    const Reply other{.yiaddr = kOtherOffered, .server = kOther};
    const Reply filed{.yiaddr = kOtherOffered, .server = kOther, .file = "k"};
    const Row rows[] = {
        {"equal", plain, other, 0},
        {"a file", plain, filed, 2},
        {"priority", plain, with_priority(other, 1), 2},
        {"priority before a file", with_priority(plain, 1), filed, 1},
        {"signed priority", with_priority(plain, -1), other, 2},
    };
    for (const Row& row : rows) {
        for (bool swapped : {false, true}) {
            CAPTURE(row.what, swapped);
            const Reply& early = swapped ? row.second : row.first;
            const Reply& late = swapped ? row.first : row.second;
            const bool late_wins = row.winner == (swapped ? 1 : 2);

            SECTION("in one round") {
                Offers d;
                d.receive(early, 1);
                d.receive(late, 1);
                d.poll(1);
                CHECK(d.expect(DhcpType::request).address(kDhcpServerId) ==
                      (late_wins ? late.server : early.server));
            }
            SECTION("while the other is being requested") {
                Offers d;
                d.receive(early, 1);
                d.poll(1);
                d.expect(DhcpType::request);
                d.receive(late, 2);
                if (late_wins) {
                    CHECK(d.expect(DhcpType::request).address(kDhcpServerId) == late.server);
                }
                d.expect_nothing();
            }
            SECTION("with the lease") {
                Offers d;
                d.receive(early, 1);
                d.poll(1);
                d.expect(DhcpType::request);
                Reply ack = early;
                ack.type = DhcpType::ack;
                d.bind(2, ack);
                d.receive(late, 3);
                d.expect_nothing();
                CHECK(d.client.has_better_offer() == late_wins);
            }
        }
    }
}

TEST_CASE("DHCP: a better offer is taken when somebody wants it") {
    Offers d;
    d.receive({}, 1);
    d.poll(1);
    d.expect(DhcpType::request);
    d.bind(2);
    d.receive({.yiaddr = kOtherOffered, .server = kOther, .file = "k"}, 3);
    REQUIRE(d.client.has_better_offer());
    d.client.take_better_offer(at_ms(4));
    const DhcpMessage request = d.expect(DhcpType::request);
    CHECK(request.address(kDhcpServerId) == kOther);
    CHECK(request.address(kDhcpRequestedAddress) == kOtherOffered);
    Reply ack{.type = DhcpType::ack, .yiaddr = kOtherOffered, .server = kOther, .file = "k"};

    SECTION("confirmed") {
        d.receive(ack, 5);
        CHECK(d.client.state() == State::bound);
        CHECK(d.client.lease().server() == kOther);
        CHECK(d.client.lease().names_file());
    }
    SECTION("refused: the lease that there is stays") {
        ack.type = DhcpType::nak;
        d.receive(ack, 5);
        CHECK(d.client.state() == State::bound);
        CHECK(d.client.lease().config().address == kOffered);
    }
    SECTION("not answered: the same") {
        for (i64 ms = 5; ms < 6000; ms += 10) d.poll(ms);
        CHECK(d.client.state() == State::bound);
        CHECK(d.client.lease().config().address == kOffered);
        CHECK(d.port.sent.size() == 3);
    }
    SECTION("given up: the same") {
        d.client.give_up(true, at_ms(6));
        CHECK(d.client.state() == State::bound);
    }
    CHECK_FALSE(d.client.has_better_offer());
}

TEST_CASE("DHCP: no-pxedhcp, in the offer's or the answer's option 175") {
    Offers d;
    d.receive({}, 1);
    d.poll(1);
    d.expect(DhcpType::request);
    CHECK_FALSE(d.client.without_proxy());
    Reply ack = kAck;
    // RFC 3396: an option in pieces
    ack.options = {{kDhcpEtherboot, "\xb0"}, {kDhcpEtherboot, "\x01\x01"}};
    d.bind(2, ack);
    CHECK(d.client.without_proxy());
}

TEST_CASE("DHCP: the lease is renewed, asked of everybody, and over") {
    Offers d;
    d.receive({}, 0);
    d.poll(0);
    d.expect(DhcpType::request);
    Reply ack = kAck;
    ack.options = {{kDhcpLeaseTime, u32_option(1000)}};
    d.bind(0, ack);
    d.poll(499'000);
    d.expect_nothing();

    const auto take = [&](net::Endpoint to) {
        REQUIRE(d.port.sent.size() == 1);
        const auto datagram = d.port.take();
        CHECK(datagram.to == to);
        d.last = datagram.payload;
        const DhcpMessage m = *DhcpMessage::parse(fakes::as_bytes(d.last));
        CHECK(m.type() == DhcpType::request);
        CHECK(m.ciaddr() == kOffered);
        // RFC 2131 section 4.3.2
        CHECK_FALSE(m.has(kDhcpRequestedAddress));
        CHECK_FALSE(m.has(kDhcpServerId));
    };
    d.poll(500'000);
    take({kServer, 67});

    SECTION("by its server") {
        d.receive(ack, 500'010);
        CHECK(d.client.state() == State::bound);
        d.poll(999'000);
        d.expect_nothing();
        d.poll(1'000'010);
        take({kServer, 67});
    }
    SECTION("nobody answers") {
        int renewals = 0;
        for (i64 ms = 500'000; ms < 875'000; ms += 500) {
            d.poll(ms);
            if (!d.port.sent.empty()) {
                ++renewals;
                take({kServer, 67});
            }
        }
        CHECK(renewals >= 2);
        CHECK(renewals <= 6);
        d.poll(875'000);
        take({Ipv4Address::broadcast(), 67});
        d.poll(999'999);
        d.port.sent.clear();
        CHECK(d.client.state() == State::bound);
        d.poll(1'000'000);
        CHECK(d.client.state() == State::failed);
        CHECK(text_of(d.client.failure()) ==
              "DHCP on net0: 10.0.0.1: the lease is over (use the "
              "command dhcp for a new one)");
    }
    SECTION("taken back") {
        ack.type = DhcpType::nak;
        d.receive(ack, 500'010);
        CHECK(d.client.state() == State::failed);
    }
    SECTION("another address than ours is no renewal") {
        ack.yiaddr = kOtherOffered;
        d.receive(ack, 500'010);
        CHECK(d.client.lease().config().address == kOffered);
    }
}

TEST_CASE("DHCP: hostile lease times neither flood nor end the lease at once") {
    for (u32 lease : {0u, 1u, 19u, 60u, 0x7fffffffu, 0xfffffffeu, 0xffffffffu}) {
        for (u32 other : {0u, 1u, 0xffffffffu}) {
            CAPTURE(lease, other);
            Offers d;
            d.receive({}, 0);
            d.poll(0);
            d.expect(DhcpType::request);
            Reply ack = kAck;
            ack.options = {{kDhcpLeaseTime, u32_option(lease)},
                           {kDhcpRenewalTime, u32_option(other)},
                           {kDhcpRebindingTime, u32_option(other)}};
            d.bind(0, ack);
            for (i64 ms = 1; ms < 19'000; ms += 100) d.poll(ms);
            CHECK(d.port.sent.size() <= 2);
            CHECK(d.client.state() == State::bound);
        }
    }
}
