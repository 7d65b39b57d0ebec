// ProxyDHCP, PXE menus, boot servers and the firmware's own packets, as a boot sees them.
#include "boot_fixture.h"
#include "fakes/pxe_network.h"
#include "src/boot/autoboot.h"
#include "src/boot/pxe_menu.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;
using namespace kedge::net::wire;
using namespace std::string_literals;
using fakes::PxeNetDevice;
using net::Ipv4Address;
using Answer = PxeNetDevice::Answer;

namespace {

const Ipv4Address kRouter = Ipv4Address::of(10, 0, 2, 1);
const Ipv4Address kPxe = Ipv4Address::of(10, 0, 2, 9);
const Ipv4Address kUs = Ipv4Address::of(10, 0, 2, 50);
const std::pair<u8, std::string> kPxeClient{kDhcpVendorClass, "PXEClient"};

/// Items 7 "Installer" and 0 "Disk", served by kPxe; F8 within `seconds`.
std::string menu(u8 control, u8 seconds) {
    return "\x06\x01"s + static_cast<char>(control) + "\x08\x07\x00\x07\x01\x0a\x00\x02\x09"s +
           "\x09\x13\x00\x07\x09Installer\x00\x00\x04"s + "Disk" + "\x0a\x05"s +
           static_cast<char>(seconds) + "Boot\xff";
}

struct Wire {
    Wire() { fake.interfaces = {&interface}; }

    fakes::BootContext fake;
    PxeNetDevice card{fake.clock};
    net::Interface interface { "net0", card };
};

struct ProxyFixture : Wire, SessionFixture {
    ProxyFixture() : SessionFixture(Wire::fake) {
        card.servers = [this](const PxeNetDevice::Question& q) { return answers(q); };
        fake.fetcher.files["tftp://10.0.2.9/pxe"] = {.body = "KERNEL"};
        fake.fetcher.files["tftp://10.0.2.1/own"] = {.body = "KERNEL"};
    }
    using Wire::fake;

    std::vector<Answer> answers(const PxeNetDevice::Question& q) {
        std::vector<Answer> out;
        const DhcpType type = q.message().type();
        if (q.port == 67 && type == DhcpType::discover) {
            out.push_back({.after = router_after,
                           .from = {kRouter, 67},
                           .yiaddr = kUs,
                           .siaddr = kRouter,
                           .file = router_file,
                           .options = router_options});
            if (proxy) {
                out.push_back({.after = proxy_after,
                               .from = {kPxe, 67},
                               .siaddr = proxy_file.empty() ? Ipv4Address() : kPxe,
                               .file = proxy_file,
                               .options = proxy_options});
            }
        } else if (q.port == 67 && q.message().address(kDhcpServerId) == kRouter) {
            out = {{.after = Duration::ms(1),
                    .from = {kRouter, 67},
                    .type = DhcpType::ack,
                    .yiaddr = kUs,
                    .siaddr = kRouter,
                    .file = router_file,
                    .options = router_options}};
        } else if (q.port == 4011 && q.to == kPxe && answers_4011) {
            std::array<u8, 512> scratch;
            const DhcpMessage message = q.message();
            const auto item = PxeOptions(message, scratch).boot_item();
            Answer answer{.after = Duration::ms(1),
                          .from = {kPxe, 4011},
                          .type = DhcpType::ack,
                          .siaddr = kPxe,
                          .file = "pxe",
                          .options = {kPxeClient}};
            if (item) {
                answer.options.push_back(
                    {kDhcpVendor, "\x47\x04\x00"s + static_cast<char>(*item) + "\0\0\xff"s});
            }
            out.push_back(answer);
        }
        return out;
    }

    /// Time that a line took, and whether it succeeded.
    i64 timed(const std::string& commands, bool succeeds = true) {
        const Instant begin = fake.clock.peek();
        CHECK(line(commands).ok() == succeeds);
        return (fake.clock.peek() - begin).ms();
    }
    size_t asked(u16 port) const {
        size_t count = 0;
        for (const auto& question : card.questions) count += question.port == port ? 1 : 0;
        return count;
    }

    Duration router_after = Duration::ms(1);
    std::string router_file;
    std::vector<std::pair<u8, std::string>> router_options;
    bool proxy = false;
    Duration proxy_after = Duration::ms(2);
    std::string proxy_file = "pxe";
    std::vector<std::pair<u8, std::string>> proxy_options{kPxeClient};
    bool answers_4011 = true;
};

}  // namespace

TEST_CASE_METHOD(ProxyFixture, "proxy: a script with URLs of its own waits for nobody") {
    CHECK(timed("dhcp && chain tftp://10.0.2.1/own") < 50);
    CHECK(timed("dhcp && isset ${net0/ip} && isset ${dns} || isset ${root-path} ||") < 50);
    CHECK(timed("echo ${next-server} ${net0.dhcp/filename}") < 10);
}

TEST_CASE_METHOD(ProxyFixture, "proxy: autoboot waits only if a file name is missing") {
    SECTION("the lease names it, nobody else there") {
        router_file = "own";
        CHECK(timed("autoboot") < 50);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.1/own");
    }
    SECTION("nobody names one") {
        const i64 took = timed("autoboot", false);
        CHECK(took >= 1990);
        CHECK(took < 2100);
        CHECK(
            fake.console.printed("Nothing to boot: the DHCP server gave no filename (option 67 "
                                 "or field file), nor did a ProxyDHCP server\n"));
    }
    SECTION("nor may a proxy: no-pxedhcp") {
        router_options = {{kDhcpEtherboot, "\xb0\x01\x01"}};
        CHECK(timed("autoboot", false) < 50);
    }
    SECTION("a script named it") {
        CHECK(timed("set filename own && autoboot") < 50);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.1/own");
    }
}

TEST_CASE_METHOD(ProxyFixture, "proxy: its file, whenever its offer comes") {
    proxy = true;
    for (i64 after : {0, 2, 500, 1900}) {
        proxy_after = Duration::ms(after);
        CAPTURE(after);
        CHECK(timed("autoboot") < after + 60);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.9/pxe");
        CHECK(get("proxydhcp/next-server") == "10.0.2.9");
        CHECK(get("proxydhcp/dhcp-server") == "10.0.2.9");
        CHECK(get("filename") == "pxe");
        CHECK(get("next-server") == "10.0.2.9");
        CHECK(get("net0.dhcp/next-server") == "10.0.2.1");
    }
    CHECK(asked(4011) == 0);
}

TEST_CASE_METHOD(ProxyFixture, "proxy: with a file from both, the proxy's if it was heard") {
    proxy = true;
    router_file = "own";
    SECTION("in time") {
        CHECK(timed("autoboot") < 50);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.9/pxe");
    }
    SECTION("not waited for") {
        proxy_after = Duration::ms(1000);
        CHECK(timed("autoboot") < 50);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.1/own");
    }
    SECTION("unless the lease goes before it") {
        router_options = {{kDhcpEtherboot, "\x01\x01\x01"}};
        CHECK(timed("autoboot") < 50);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.1/own");
    }
    SECTION("unless no-pxedhcp") {
        router_options = {{kDhcpEtherboot, "\xb0\x01\x01"}};
        CHECK(timed("autoboot") < 50);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.1/own");
        CHECK(get("proxydhcp/filename") == "<none>");
    }
}

TEST_CASE_METHOD(ProxyFixture, "proxy: an offer without a file is asked at port 4011") {
    proxy = true;
    proxy_file.clear();
    SECTION("and answers") {
        CHECK(timed("autoboot") < 60);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.9/pxe");
        REQUIRE(asked(4011) == 1);
        const DhcpMessage question = card.questions.back().message();
        CHECK(question.type() == DhcpType::request);
        CHECK(question.ciaddr() == kUs);
        CHECK(question.address(kDhcpServerId) == kPxe);
        CHECK_FALSE(question.has(kDhcpVendor));
    }
    SECTION("while a script does something else") {
        CHECK(timed("dhcp && chain tftp://10.0.2.1/own") < 50);
        CHECK(asked(4011) == 1);
        CHECK(timed("isset ${filename}") < 50);
        CHECK(get("filename") == "pxe");
    }
    SECTION("and does not answer") {
        answers_4011 = false;
        const i64 took = timed("autoboot", false);
        CHECK(took > 5000);
        CHECK(took < 7000);
        CHECK(asked(4011) == 5);
        CHECK(fake.console.printed("ProxyDHCP on net0: 10.0.2.9:4011: no answer\n"));
    }
    SECTION("and the lease has one") {
        router_file = "own";
        CHECK(timed("autoboot") < 60);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.9/pxe");
    }
}

TEST_CASE_METHOD(ProxyFixture, "proxy: a script that asks for its settings waits for them, once") {
    proxy = true;
    proxy_after = Duration::ms(800);
    CHECK(timed("dhcp") < 50);
    const i64 took = timed("isset ${proxydhcp/next-server}");
    CHECK(took > 700);
    CHECK(took < 900);
    CHECK(get("proxydhcp/next-server") == "10.0.2.9");
    CHECK(timed("isset ${proxydhcp/root-path}", false) < 20);

    proxy = false;
    CHECK(timed("dhcp") < 50);
    CHECK(timed("isset ${filename}", false) > 1900);
    CHECK(timed("isset ${filename}", false) < 20);
    CHECK(get("proxydhcp/next-server") == "<none>");  // what it said earlier is forgotten
}

TEST_CASE_METHOD(ProxyFixture, "proxy: Ctrl-C ends the wait") {
    fake.console.type_key(kCtrlC, fake.clock.peek() + Duration::ms(300));
    const Instant begin = fake.clock.peek();
    CHECK(line("autoboot").error() == Error::cancelled);
    CHECK((fake.clock.peek() - begin).ms() < 400);
}

TEST_CASE_METHOD(ProxyFixture, "pxe menu: prompt, items, boot server") {
    proxy = true;
    proxy_file.clear();
    SECTION("nobody presses F8: the first item") {
        proxy_options.push_back({kDhcpVendor, menu(3, 2)});
        const i64 took = timed("autoboot");
        CHECK(took >= 2000);
        CHECK(took < 2200);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.9/pxe");
        CHECK(get("pxebs/filename") == "pxe");
        CHECK(fake.console.printed("Boot (2) [F8]"));
        std::array<u8, 512> scratch;
        const DhcpMessage question = card.questions.back().message();
        CHECK(card.questions.back().port == 4011);
        CHECK(PxeOptions(question, scratch).boot_item() == 7);
    }
    SECTION("no time at all: the first item at once") {
        proxy_options.push_back({kDhcpVendor, menu(3, 0)});
        CHECK(timed("autoboot") < 60);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.9/pxe");
    }
    SECTION("F8 and another item: the machine's own disk") {
        proxy_options.push_back({kDhcpVendor, menu(3, 30)});
        fake.console.type_key(platform::kKeyF1 + 7, fake.clock.peek() + Duration::ms(100));
        fake.console.type_key(platform::kKeyDown);
        fake.console.type_key('\r');
        CHECK(timed("autoboot") < 500);
        CHECK(fake.fetcher.requests.empty());
        CHECK(fake.console.printed("net0: local boot\n"));
    }
    SECTION("the menu at once; Esc") {
        proxy_options.push_back({kDhcpVendor, menu(3, 255)});
        fake.console.type_key(kEscape);
        CHECK(line("autoboot").error() == Error::cancelled);
        CHECK(fake.fetcher.requests.empty());
    }
    SECTION("no boot server answers") {
        proxy_options.push_back({kDhcpVendor, menu(3, 0)});
        answers_4011 = false;
        CHECK_FALSE(line("autoboot").ok());
        CHECK(fake.console.printed("PXE boot server on net0: 10.0.2.9:4011: no answer\n"));
    }
    SECTION("a file name and the bit that skips the menu") {
        proxy_file = "pxe";
        proxy_options.push_back({kDhcpVendor, menu(8, 255)});
        CHECK(timed("autoboot") < 60);
        CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.9/pxe");
    }
    SECTION("pxebs, the command") {
        proxy_options.push_back({kDhcpVendor, menu(0, 0)});
        CHECK(line("dhcp && pxebs net0 7").ok());
        CHECK(get("pxebs/next-server") == "10.0.2.9");
        // Broadcast as well, which need not wait for ARP.
        CHECK(card.questions[card.questions.size() - 2].port == 67);
        CHECK(line("pxebs net0 x").error() == Error::invalid_argument);
        CHECK(line("pxebs net9 1").error() == Error::no_device);
        CHECK(line("ifclose net0 && pxebs net0 7").error() == Error::network_unreachable);
    }
}

TEST_CASE_METHOD(ProxyFixture, "pxe menu: lying lengths") {
    const auto chosen = [&](const std::string& option_43) {
        PxeNetDevice::Question any;
        std::array<u8, 1400> buffer{};
        DhcpWriter out(buffer, {.op = DhcpMessage::kReply});
        out.option(kDhcpVendor, fakes::as_bytes(option_43));
        return choose_pxe_item(session, *out.finish(300));
    };
    CHECK(chosen("").error() == Error::not_found);
    CHECK(chosen("\x09").error() == Error::not_found);
    CHECK(chosen("\x09\x02\x00\x01"s).error() == Error::not_found);
    CHECK(chosen("\x09\xff\x00\x01\x01x"s).error() == Error::not_found);
    CHECK(chosen("\x09\x05\x00\x01\xffxx"s).error() == Error::not_found);
    CHECK(chosen("\x09\x07\x00\x05\x00\x00\x06\x09x"s).value() == 5);  // the second is cut off
    CHECK(chosen("\x09\x04\x00\x05\x01\x1b\x0a\x00"s).value() == 5);   // an empty prompt
}

TEST_CASE_METHOD(ProxyFixture, "dhcp: user-class and vendor-class can be set") {
    CHECK(line("dhcp").ok());
    CHECK(fakes::as_text(*card.questions[0].message().find(kDhcpUserClass)) == "iPXE");
    card.questions.clear();
    router_options = {{kDhcpVendorClass, "echoed"}};
    CHECK(line("set user-class mine && set net0/vendor-class HTTPClient && dhcp && dhcp").ok());
    const DhcpMessage last = card.questions.back().message();
    CHECK(fakes::as_text(*last.find(kDhcpUserClass)) == "mine");
    CHECK(fakes::as_text(*last.find(kDhcpVendorClass)) == "HTTPClient");
    // What a server said is not ours.
    CHECK(line("clear net0/vendor-class && dhcp").ok());
    CHECK(card.questions.back().message().text(kDhcpVendorClass) ==
          "PXEClient:Arch:00000:UNDI:000000");
}

TEST_CASE_METHOD(ProxyFixture, "dhcp: a better server is gone to when a file name is needed") {
    const Ipv4Address second = Ipv4Address::of(10, 0, 2, 2);
    card.servers = [=, this](const PxeNetDevice::Question& q) {
        std::vector<Answer> out = answers(q);
        Answer filed{.after = Duration::ms(700),
                     .from = {second, 67},
                     .yiaddr = Ipv4Address::of(10, 0, 2, 77),
                     .siaddr = kRouter,
                     .file = "own"};
        const DhcpType type = q.message().type();
        filed.type = type == DhcpType::discover ? DhcpType::offer : DhcpType::ack;
        if (type == DhcpType::discover || q.message().address(kDhcpServerId) == second) {
            out.push_back(filed);
        }
        return out;
    };
    CHECK(timed("dhcp") < 50);
    CHECK(get("net0/ip") == "10.0.2.50");
    const i64 took = timed("autoboot");
    CHECK(took > 1300);
    CHECK(took < 1500);
    CHECK(get("net0/ip") == "10.0.2.77");
    CHECK(fake.fetcher.requests.back() == "tftp://10.0.2.1/own");
}

TEST_CASE("cached DHCP: the firmware's lease is used until somebody asks for another") {
    Wire wire;
    std::array<u8, 1472> buffer{};
    const auto build = [&](std::string file, std::string options_175) {
        DhcpWriter out(buffer, {.op = DhcpMessage::kReply,
                                .yiaddr = kUs,
                                .siaddr = kRouter,
                                .chaddr = wire.card.mac()});
        out.option_u8(kDhcpMessageType, static_cast<u8>(DhcpType::ack));
        out.option_address(kDhcpServerId, kRouter);
        out.option_address(kDhcpSubnetMask, Ipv4Address::of(255, 255, 255, 0));
        out.option(kDhcpBootFile, fakes::as_bytes(file));
        if (!options_175.empty()) out.option(kDhcpEtherboot, fakes::as_bytes(options_175));
        return Bytes(out.finish(1472).value());
    };
    Context context = wire.fake.make();
    context.cached_dhcp.mac = wire.card.mac();
    const auto get = [](Session& session, StrView name) {
        const Result<String> value = session.settings.get(name);
        return value.ok() ? text(*value) : "<none>";
    };

    SECTION("settings and address") {
        context.cached_dhcp.ack = build("own", "");
        context.cached_dhcp.proxy = context.cached_dhcp.ack;
        Session session(context);
        REQUIRE(session.start().ok());
        CHECK(get(session, "net0.dhcp/filename") == "own");
        CHECK(get(session, "proxydhcp/filename") == "own");
        CHECK(get(session, "net0/ip") == "10.0.2.50");
        CHECK(wire.interface.config().address == kUs);
        CHECK(wire.card.questions.empty());
        // Booting from it would load us again.
        CHECK_FALSE(run_commands(session, "autoboot").ok());
        CHECK_FALSE(wire.card.questions.empty());
    }
    SECTION("use-cached") {
        wire.fake.fetcher.files["tftp://10.0.2.1/own"] = {.body = "KERNEL"};
        context.cached_dhcp.ack = build("own", "\xb2\x01\x01");
        Session session(context);
        REQUIRE(session.start().ok());
        CHECK(run_commands(session, "autoboot").ok());
        CHECK(wire.card.questions.empty());
    }
    SECTION("of another card, or damaged") {
        context.cached_dhcp.ack = build("own", "");
        const int what = GENERATE(0, 1, 2);
        if (what == 0) context.cached_dhcp.mac.bytes[5] ^= 1;
        if (what == 1) context.cached_dhcp.ack = context.cached_dhcp.ack.first(200);
        if (what == 2) buffer[16] = 0;  // no address for a host
        Session session(context);
        REQUIRE(session.start().ok());
        CHECK(get(session, "filename") == "<none>");
        CHECK(wire.interface.config().address.is_any());
    }
}
