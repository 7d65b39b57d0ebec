// nslookup, ntp, and the settings that say whom to ask.
#include "boot_fixture.h"
#include "src/boot/syslog_setting.h"

using namespace kedge;
using namespace kedge::boot::test;

namespace {

std::string words(const proto::DnsConfig& config) {
    Text<200> text;
    for (size_t i = 0; i < config.server_count; ++i) format(text, "{} ", config.servers[i]);
    text.put(config.search.view());
    return boot::test::text(text.view());
}

}  // namespace

TEST_CASE_METHOD(BootFixture, "nslookup stores an address") {
    fake.resolver.hosts["web"] = {net::Ipv4Address::of(10, 0, 0, 7),
                                  net::Ipv4Address::of(10, 0, 0, 8)};
    CHECK(line("nslookup a web").ok());
    CHECK(get("a") == "10.0.0.7");
    CHECK(get("a:hexraw") == "0a000007");
    CHECK(line("nslookup b:string web").ok());
    CHECK(get("b:hexraw") == "31302e302e302e37");
    CHECK(line("nslookup new/dns web").ok());
    CHECK(get("new/dns") == "10.0.0.7");
    CHECK(line("nslookup a 1.2.3.4").ok());
    CHECK(get("a") == "1.2.3.4");
    CHECK(output().empty());
}

TEST_CASE_METHOD(BootFixture, "nslookup says why it could not, and stores nothing") {
    CHECK(line("nslookup a missing").error() == Error::unknown_host);
    CHECK(output() == "DNS missing: no such name\n");
    CHECK(get("a") == "<none>");
    CHECK_FALSE(line("nslookup a").ok());
    CHECK_FALSE(line("nslookup a:nosuchtype web").ok());
    fake.resolver.polls = 1'000'000'000;
    fake.console.type_key(3, fake.clock.peek() + Duration::seconds(2));
    CHECK(line("nslookup a slow").error() == Error::cancelled);
}

TEST_CASE_METHOD(BootFixture, "the resolver's configuration comes from the settings") {
    REQUIRE(fake.resolver.source == &session.dns);
    CHECK(words(*session.dns.dns_config()).empty());
    CHECK(line("set dns 10.0.0.1").ok());
    CHECK(line("set domain lab.test").ok());
    CHECK(words(*session.dns.dns_config()) == "10.0.0.1 lab.test");
    CHECK(line("set dns:hex 0a:00:00:02:00:00:00:00:0a:00:00:03:0a").ok());
    CHECK(line("set dnssl one.test, two.test").ok());
    CHECK(words(*session.dns.dns_config()) == "10.0.0.2 10.0.0.3 one.test, two.test");
    CHECK(line("set dns:string 10.0.0.4").ok());
    CHECK(words(*session.dns.dns_config()).starts_with("10.0.0.4 "));
    CHECK(line("set dns:hex 0a:00:00:01:0a:00:00:02:0a:00:00:03:0a:00:00:04:0a:00:00:05").ok());
    CHECK(session.dns.dns_config()->server_count == 4);
    CHECK(line("set dns:hex ff").ok());
    CHECK(session.dns.dns_config()->server_count == 0);
}

TEST_CASE_METHOD(BootFixture, "option 119 shares the ends of names") {
    // one.test, two.test: RFC 3397.
    CHECK(line("set 119:hexraw 036f6e65047465737400"
               "0374776fc004")
              .ok());
    CHECK(session.dns.dns_config()->search.view() == "one.test two.test ");
    for (const char* broken : {"036f6e65", "c000", "03", "036f6e65c0", "00"}) {
        CHECK(line(std::string("set 119:hexraw ") + broken).ok());
        CHECK(session.dns.dns_config().ok());
    }
}

TEST_CASE_METHOD(BootFixture, "unixtime goes on from the machine's clock") {
    const u64 first = parse_number(view(get("unixtime")), 0).value();
    CHECK(first == fake.system.time_of_day);
    fake.clock.advance(Duration::seconds(100));
    fake.system.time_of_day = 5;  // it is asked once
    CHECK(parse_number(view(get("unixtime")), 0).value() == first + 100);
    session.wall_clock.set(2'000'000'000'000'000, fake.clock.peek());
    CHECK(parse_number(view(get("unixtime")), 0).value() == 2'000'000'000);
}

TEST_CASE_METHOD(BootFixture, "unixtime of a machine without a clock") {
    fake.system.time_of_day = 0;
    CHECK(parse_number(view(get("unixtime")), 0) == 0u);
    session.wall_clock.set(2'000'000'000'000'000, fake.clock.peek());
    CHECK(parse_number(view(get("unixtime")), 0).value() == 2'000'000'000);
}

TEST_CASE_METHOD(BootFixture, "ntp without a network") {
    CHECK(line("ntp missing").error() == Error::unknown_host);
    CHECK(output() == "DNS missing: no such name\n");
    CHECK(line("ntp 10.0.0.1").error() == Error::network_unreachable);
    CHECK(output().starts_with("NTP 10.0.0.1: 10.0.0.1:123: no route to 10.0.0.1"));
    CHECK_FALSE(line("ntp").ok());
}

TEST_CASE_METHOD(BootFixture, "settings of log servers") {
    CHECK(line("set syslog 10.0.0.1 && sleep 1").ok());
    CHECK(line("set syslog6 fd00::1 && set syslogs log.test && sleep 1").ok());
    CHECK(line("clear syslog && sleep 1").ok());
}
