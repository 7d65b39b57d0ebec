// DNS messages, as servers and those who play them send them.
#include "net/wire/dns.h"

#include <catch2/catch.hpp>
#include <ostream>
#include <random>

#include "fakes/dns_server.h"

using namespace kedge;
using fakes::DnsReply;
using net::wire::DnsAnswer;
using net::wire::DnsCode;
using net::wire::DnsName;

namespace {

constexpr u16 kId = 0x1234;

DnsName name(const char* text) { return DnsName::parse(text).value(); }

std::string shown(const DnsName& of) {
    Text<300> text;
    format(text, "{}", of);
    return {text.view().data(), text.size()};
}

Result<DnsAnswer> read(const std::string& message, const char* question = "web.test") {
    // A buffer of exactly that size, so that a byte read too many is seen.
    const std::vector<u8> exact(message.begin(), message.end());
    return DnsAnswer::read(exact, kId, name(question));
}

/// The name at the end of `message`, with `front` before it.
Result<DnsName> read_name(const std::string& front, const std::string& bytes, size_t& at) {
    const std::string all = front + bytes;
    const std::vector<u8> exact(all.begin(), all.end());
    at = front.size();
    DnsName name;
    if (!name.decode(exact, at)) return Error::bad_format;
    return name;
}

}  // namespace

TEST_CASE("DNS names from text") {
    CHECK(shown(name("a.bc.def")) == "a.bc.def");
    CHECK(shown(name("a.bc.")) == "a.bc");
    CHECK(name("").bytes().size() == 1);
    CHECK(fakes::as_text(name("a.bc").bytes()) == std::string("\1a\2bc\0", 6));
    CHECK(name("WEB.Test") == name("web.tEST"));
    CHECK_FALSE(name("a.b") == name("a.c"));
    CHECK_FALSE(name("ab") == name("a.b"));
    for (const char* bad : {".", "..", "a..b", ".a", "a b", "a\tb", "\xc3\xa4.de"}) {
        INFO(bad);
        CHECK(DnsName::parse(bad).error() == Error::invalid_argument);
    }
    const std::string label(63, 'x');
    CHECK(DnsName::parse(label.c_str()).ok());
    CHECK_FALSE(DnsName::parse((label + "x").c_str()).ok());
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'y');
    CHECK(DnsName::parse(longest.c_str()).value().bytes().size() == 255);
    CHECK_FALSE(DnsName::parse((longest + "y").c_str()).ok());
}

TEST_CASE("DNS names within domains") {
    CHECK(name("a").within(name("b.c")).value() == name("a.b.c"));
    CHECK(name("a").within(name("")).value() == name("a"));
    const std::string half(63, 'x');
    const DnsName big = name((half + "." + half).c_str());
    CHECK(big.within(name((half + "." + std::string(61, 'y')).c_str())).ok());
    CHECK(big.within(name((half + "." + std::string(62, 'y')).c_str())).error() ==
          Error::too_large);
}

TEST_CASE("DNS names in messages") {
    size_t at = 0;
    CHECK(read_name("", std::string("\3web\4test\0rest", 14), at).value() == name("web.test"));
    CHECK(at == 10);
    const std::string front("\3web\4test\0", 10);
    CHECK(read_name(front, std::string("\1a\xc0\0", 4), at).value() == name("a.web.test"));
    CHECK(at == front.size() + 4);
    CHECK(read_name(front, "\xc0\4", at).value() == name("test"));
    for (const std::string& bad : {
             std::string(""),
             std::string("\3we"),
             std::string("\3web"),
             std::string("\xc0"),
             std::string("\xc0\x0a", 2),     // to itself
             std::string("\xc0\x0b", 2),     // forward
             std::string("\xff\xff"),        // beyond the end
             std::string("\1a\xc0\x0a", 4),  // into itself: a.a.a.a…
             std::string("\x40"
                         "x\0",
                         3),  // RFC 2673's labels
             std::string("\x80\0", 2),
         }) {
        INFO(fakes::as_bytes(bad).size());
        CHECK(read_name(front, bad, at).error() == Error::bad_format);
    }
    // Pointers to pointers that never come to a name: each step must lead further back.
    std::string chain = front;
    for (int i = 0; i < 100; ++i) {
        const size_t to = i == 0 ? 0 : chain.size() - 2;
        chain += static_cast<char>(0xc0 | to >> 8);
        chain += static_cast<char>(to);
    }
    CHECK(
        read_name(chain.substr(0, chain.size() - 2), chain.substr(chain.size() - 2), at).value() ==
        name("web.test"));
    // Labels by pointers beyond the longest name.
    std::string growing(1, '\0');
    size_t last = 0;
    for (int i = 0; i < 5; ++i) {
        const size_t here = growing.size();
        growing += '\x3f' + std::string(63, 'x');
        growing += static_cast<char>(0xc0 | last >> 8);
        growing += static_cast<char>(last);
        last = here;
    }
    CHECK(read_name(growing.substr(0, last), growing.substr(last), at).error() ==
          Error::bad_format);
}

TEST_CASE("DNS answers") {
    DnsReply reply(kId, "web.test");
    SECTION("addresses in order, with the smallest time to live") {
        const auto answer =
            read(reply.a("web.test", "10.0.0.1", 300).a("WEB.test", "10.0.0.2", 60).bytes());
        REQUIRE(answer.ok());
        REQUIRE(answer->found.count == 2);
        CHECK(answer->found.list[0] == net::Ipv4Address::of(10, 0, 0, 1));
        CHECK(answer->found.list[1] == net::Ipv4Address::of(10, 0, 0, 2));
        CHECK(answer->ttl == 60);
        CHECK(answer->aliases == 0);
    }
    SECTION("aliases in any order") {
        const auto answer = read(reply.cname("b.test", "c.test", 10)
                                     .a("c.test", "10.0.0.3", 500)
                                     .cname("web.test", "b.test", 20)
                                     .bytes());
        REQUIRE(answer.ok());
        CHECK(answer->found.count == 1);
        CHECK(answer->aliases == 2);
        CHECK(answer->canonical == name("c.test"));
        CHECK(answer->ttl == 10);
    }
    SECTION("an alias that leads elsewhere") {
        const auto answer = read(reply.cname("web.test", "far.example", 20).bytes());
        REQUIRE(answer.ok());
        CHECK(answer->found.count == 0);
        CHECK(answer->canonical == name("far.example"));
    }
    SECTION("aliases in a circle") {
        CHECK(read(reply.cname("web.test", "b.test").cname("b.test", "web.test").bytes()).error() ==
              Error::too_large);
    }
    SECTION("what was not asked for is not believed") {
        const auto answer = read(reply.a("bank.example", "10.6.6.6").bytes());
        REQUIRE(answer.ok());
        CHECK(answer->found.count == 0);
        CHECK(answer->aliases == 0);
    }
    SECTION("more addresses than we keep") {
        for (int i = 0; i < 100; ++i) reply.a("web.test", "10.0.0.1");
        CHECK(read(reply.bytes())->found.count == net::wire::DnsAddresses::kMost);
    }
    SECTION("records of other types and classes are passed over") {
        const auto answer = read(reply.record("web.test", 28, 1, 5, std::string(16, 'x'))
                                     .record("web.test", 1, 3, 5, "\1\2\3\4")
                                     .record("web.test", 1, 1, 5, "\1\2\3\4")
                                     .bytes());
        REQUIRE(answer->found.count == 1);
        CHECK(answer->found.list[0] == net::Ipv4Address::of(1, 2, 3, 4));
    }
    SECTION("a time to live with the highest bit set is zero") {
        CHECK(read(reply.a("web.test", "10.0.0.1", 0x80000000).bytes())->ttl == 0);
    }
    SECTION("codes") {
        CHECK(read(reply.code(3).bytes())->code == DnsCode::no_such_name);
        CHECK(read(reply.code(2).bytes())->code == DnsCode::server_failure);
    }
    SECTION("nothing, from a server that does not ask others") {
        CHECK(read(reply.flags(0x8000).bytes())->code == DnsCode::refused);
        CHECK(read(reply.flags(0x8400).bytes())->code == DnsCode::none);
    }
}

TEST_CASE("DNS answers that are none to our question") {
    const auto refused = [](const std::string& message) {
        return read(message).error() == Error::not_found;
    };
    CHECK(refused(DnsReply(kId ^ 1, "web.test").a("web.test", "10.0.0.1").bytes()));
    CHECK(refused(DnsReply(kId, "web.other").a("web.test", "10.0.0.1").bytes()));
    CHECK(refused(DnsReply(kId, "web.test").flags(0x0100).bytes()));           // a question
    CHECK(refused(DnsReply(kId, "web.test").flags(0x8180 | 0x2000).bytes()));  // another opcode
    CHECK(refused(DnsReply(kId, "web.test", 28).bytes()));                     // of another type
    std::string none = DnsReply(kId, "web.test").a("web.test", "10.0.0.1").bytes();
    none[5] = 0;  // without a question
    CHECK(refused(none));
    std::string cannot_read = DnsReply(kId, "web.test").code(1).bytes().substr(0, 12);
    cannot_read[5] = 0;
    CHECK(read(cannot_read)->code == DnsCode::format_error);
    cannot_read[3] = static_cast<char>(0x83);  // NXDOMAIN, of what?
    CHECK(refused(cannot_read));
    CHECK(refused(""));
    CHECK(refused(std::string(11, 'x')));
}

TEST_CASE("DNS answers cut anywhere, and with any byte changed") {
    const std::string whole =
        DnsReply(kId, "web.test").cname("web.test", "b.test").a("b.test", "10.0.0.1").bytes();
    for (size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(read(whole.substr(0, size)).ok());
        std::string truncated = whole.substr(0, size);
        if (size < 3) continue;
        truncated[2] = static_cast<char>(truncated[2] | 2);
        const auto answer = read(truncated);
        CHECK((!answer.ok() || answer->truncated));
    }
    std::mt19937 random(7);
    for (int round = 0; round < 20000; ++round) {
        std::string changed = whole;
        for (unsigned i = 0; i <= random() % 4; ++i) {
            changed[4 + random() % (whole.size() - 4)] = static_cast<char>(random());
        }
        IGNORE_RESULT(read(changed));
    }
}
