#include "network_fixture.h"
#include "src/boot/autoboot.h"
#include "src/boot/line_editor.h"
#include "src/boot/shell.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

struct FlowFixture : TwoCards {
    int run() {
        Context context = fake.make();
        return run_boot_flow(context);
    }
    bool printed(const std::string& text) { return fake.console.printed(text); }
    void add_file(const char* name, StrView data) { fake.files.push_back({name, data.bytes()}); }
};

std::string boot_file(Session& session, const char* card = "none") {
    const Result<proto::Uri> uri = choose_boot_file(session, session.network.find(card));
    return uri.ok() ? text(uri->text()) : "<error>";
}

}  // namespace

TEST_CASE_METHOD(FlowFixture, "flow: banner") {
    fake.command_line = "exit";
    CHECK(run() == 0);
    CHECK(printed("Kedge "));
    CHECK(printed("http, tftp, fake kernel\n"));
}

TEST_CASE_METHOD(FlowFixture, "flow: autoboot") {
    first.has_server = false;
    second.file = "http://h/menu.ipxe";
    fake.fetcher.files["http://h/menu.ipxe"] = {
        .body = "#!ipxe\necho menu of ${netX/ifname} ${cwuri}\nboot -q vmlinuz a\n"};
    fake.fetcher.files["http://h/vmlinuz"] = {.body = "KERNEL"};
    CHECK(run() == 0);
    CHECK(printed("Press Ctrl-B for the shell\n"));
    CHECK(printed("menu of net1 http://h/menu.ipxe\n"));
    REQUIRE(fake.loader.starts.size() == 1);
    CHECK(fake.loader.starts[0].command_line == "a");
    CHECK(fake.loader.starts[0].initrds.empty());
    CHECK(fake.image_memory.used() == 0);
}

TEST_CASE_METHOD(FlowFixture, "flow: autoboot goes on with the next card") {
    first.file = "missing.ipxe";
    second.file = "/there.ipxe";
    fake.fetcher.files["tftp://10.0.2.2//there.ipxe"] = {.body = "#!ipxe\necho there\n"};
    CHECK(run() == 0);
    CHECK(fake.fetcher.requests.front() == "tftp://10.0.2.2/missing.ipxe");
    CHECK(printed("net0: could not boot: not found\n"));
    CHECK(printed("there\n"));
}

TEST_CASE_METHOD(FlowFixture, "flow: nothing to boot") {
    SECTION("no file name anywhere") {
        CHECK(run() != 0);
        CHECK(printed("Nothing to boot: the DHCP server gave no filename"));
        CHECK(printed("net0: could not boot"));
        CHECK(printed("net1: could not boot"));
    }
    SECTION("no server") {
        first.has_server = second.has_server = false;
        CHECK(run() != 0);
    }
    SECTION("not an image") {
        first.file = second.file = "http://h/x";
        fake.fetcher.files["http://h/x"] = {.body = "<html>"};
        CHECK(run() != 0);
        CHECK(printed("http://h/x: not a kind of image that can be started"));
        CHECK(fake.image_memory.used() == 0);
    }
}

TEST_CASE_METHOD(FlowFixture, "flow: Ctrl-B gives the shell, at any time in two seconds") {
    first.file = "http://h/k";
    fake.fetcher.files["http://h/k"] = {.body = "KERNEL"};
    const i64 pressed_after = GENERATE(0, 100, 1500, 1900);
    fake.console.type_key(kCtrlB, fake.clock.peek() + Duration::ms(pressed_after));
    fake.console.type_key('x', fake.clock.peek() + Duration::seconds(10));
    fake.console.type(
        "\x08"
        "exit\r");
    CHECK(run() == 0);
    CHECK(printed("kedge> "));
    CHECK(fake.loader.starts.empty());
}

TEST_CASE_METHOD(FlowFixture, "flow: what is started waits for the end of the offer") {
    first.file = "http://h/k";
    fake.fetcher.files["http://h/k"] = {.body = "KERNEL"};
    const Instant begin = fake.clock.peek();
    CHECK(run() == 0);
    CHECK(fake.loader.starts.size() == 1);
    CHECK((fake.clock.peek() - begin).ms() / 100 == 20);
    CHECK(fake.fetcher.requests.size() == 1);
}

TEST_CASE_METHOD(FlowFixture, "flow: banner-timeout shortens the offer or takes it away") {
    first.file = "http://h/k";
    fake.fetcher.files["http://h/k"] = {.body = "KERNEL"};
    struct Case {
        const char* value;
        i64 tenths;
    };
    const Case one = GENERATE(Case{"500", 5}, Case{"0", 0}, Case{"-1", 0}, Case{"long", 20});
    INFO(one.value);
    fake.settings.push_back({"banner-timeout", one.value});
    const Instant begin = fake.clock.peek();
    CHECK(run() == 0);
    CHECK(fake.loader.starts.size() == 1);
    CHECK((fake.clock.peek() - begin).ms() / 100 == one.tenths);
    CHECK(printed("Press Ctrl-B") == (one.tenths > 0));
}

TEST_CASE_METHOD(FlowFixture, "flow: a built-in script goes first, without a wait") {
    add_file("cpio.img", "070701");
    add_file("autoexec.ipxe", "#!ipxe\necho built in\nkernel -q http://h/k\nboot\n");
    add_file("second.ipxe", "#!ipxe\necho never\n");
    fake.fetcher.files["http://h/k"] = {.body = "KERNEL"};
    fake.command_line = "root=/dev/sda1";  // another kernel's words
    const Instant begin = fake.clock.peek();
    CHECK(run() == 0);
    CHECK(printed("built in\n"));
    CHECK_FALSE(printed("never"));
    REQUIRE(fake.loader.starts.size() == 1);
    CHECK(fake.loader.starts[0].initrds == std::vector<std::string>{"cpio.img"});
    CHECK((fake.clock.peek() - begin).ms() < 1000);
}

TEST_CASE_METHOD(FlowFixture, "flow: typed commands come before a built-in script") {
    add_file("autoexec.ipxe", "#!ipxe\necho never\n");
    fake.command_line = "echo typed";
    CHECK(run() == 0);
    CHECK(printed("typed\n"));
    CHECK_FALSE(printed("never"));
}

TEST_CASE_METHOD(FlowFixture, "flow: command lines") {
    SECTION("commands") {
        fake.command_line = "BOOT_IMAGE=kedge.lkrn initrd=x dhcp && echo ${net0/ip} ; exit 7";
        CHECK(run() == 7);
        CHECK(printed("10.0.2.16\n"));
    }
    SECTION("a script") {
        fake.command_line = "#!ipxe\necho one\necho two\n";
        CHECK(run() == 0);
        CHECK(printed("one\ntwo\n"));
    }
    SECTION("words for somebody else") {
        fake.command_line = "BOOT_IMAGE=/kedge root=/dev/sda1 ro";
        CHECK(run() != 0);
        CHECK(printed("The command line holds no commands: root=/dev/sda1 ro\n"));
        CHECK(printed("Press Ctrl-B"));
    }
    SECTION("only words that a loader added are dropped") {
        fake.command_line = "BOOT_IMAGE=k initrd=i echo a  initrd=b BOOT_IMAGE=c d BOOT_IMAGE=k";
        CHECK(run() == 0);
        CHECK(printed("a initrd=b BOOT_IMAGE=c d\n"));
    }
    SECTION("a failure is the status") {
        fake.command_line = "nosuch && echo x ; isset";
        CHECK(run() == 1);
    }
}

TEST_CASE_METHOD(FlowFixture, "flow: scripts that ran are not passed on, fetched ones are") {
    add_file("cpio.img", "070701");
    for (const char* name : {"ran.ipxe", "kept.ipxe", "placed.ipxe"}) {
        fake.fetcher.files[std::string("http://h/") + name] = {.body = "#!ipxe\n"};
    }
    fake.fetcher.files["http://h/k"] = {.body = "KERNEL"};
    fake.command_line =
        "#!ipxe\nchain http://h/ran.ipxe\nimgfetch http://h/kept.ipxe\n"
        "initrd http://h/placed.ipxe /etc/x\nchain placed.ipxe\nkernel http://h/k\nboot\n";
    CHECK(run() == 0);
    REQUIRE(fake.loader.starts.size() == 1);
    std::vector<std::string> initrds = fake.loader.starts[0].initrds;
    std::sort(initrds.begin(), initrds.end());
    CHECK(initrds == std::vector<std::string>{"cpio.img", "kept.ipxe", "placed.ipxe"});
}

TEST_CASE_METHOD(FlowFixture, "flow: cpuid tests a feature bit") {
    fake.command_line =
        "#!ipxe\ncpuid --ext 29 && echo long mode ||\ncpuid 4 && echo tsc ||\n"
        "cpuid --ecx 30 && echo rdrand ||\ncpuid --ext 30 || echo no 30\ncpuid 32 || echo range\n";
    CHECK(run() == 0);
    CHECK(printed("long mode\n"));
    CHECK(printed("tsc\n"));
    CHECK(printed("rdrand\n"));
    CHECK(printed("no 30\n"));
    CHECK(printed("range\n"));
}

TEST_CASE_METHOD(FlowFixture, "flow: an empty expansion is the number 0") {
    fake.command_line = "#!ipxe\nsleep ${unset}\necho slept\nexit ${unset}\n";
    CHECK(run() == 0);
    CHECK(printed("slept\n"));
}

TEST_CASE_METHOD(BootFixture, "autoboot: which file") {
    struct Case {
        const char* setup;
        const char* file;
    };
    const Case cases[] = {
        {"", "<error>"},
        {"set filename x", "<error>"},  // and no server
        {"set filename http://h/x", "http://h/x"},
        {"set net0.dhcp/filename x && set net0.dhcp/next-server 10.0.0.1", "tftp://10.0.0.1/x"},
        // The server must come from where the name came from.
        {"set net0.dhcp/filename x && set net1.dhcp/next-server 10.0.0.2", "<error>"},
        {"set filename y && set net0.dhcp/next-server 10.0.0.1", "tftp://10.0.0.1/y"},
        {"set serial 7 && set filename http://h/${serial", "http://h/$%7Bserial"},
    };
    for (const Case& one : cases) {
        fakes::BootContext machine;
        SessionFixture fixture(machine);
        CAPTURE(one.setup);
        CHECK(fixture.line(one.setup).ok());
        CHECK(boot_file(fixture.session) == one.file);
    }
    // From a server the name may hold references; a script's own `set` has expanded them already.
    REQUIRE(session.settings.set("filename", "http://h/${product}").ok());
    CHECK(boot_file(session) == "http://h/Fake%209000");
}

TEST_CASE_METHOD(NetworkFixture, "autoboot: each card has its own file") {
    first.file = "one";
    second.file = "two";
    CHECK(line("dhcp net0 && dhcp net1").ok());
    CHECK(boot_file(session, "net1") == "tftp://10.0.2.2/two");
    CHECK(boot_file(session, "net0") == "tftp://10.0.2.2/one");
    CHECK(line("set filename three").ok());
    CHECK(boot_file(session, "net1") == "tftp://10.0.2.2/three");
}

TEST_CASE_METHOD(BootFixture, "shell") {
    SECTION("commands, failures, exit") {
        fake.console.type("echo hello\rnosuch\risset ${x}\rgoto x\r\rexit\recho no\r");
        run_shell(session);
        const std::string printed = output();
        CHECK(printed.find("\nhello\n") != std::string::npos);
        CHECK(printed.find("nosuch: command not found") != std::string::npos);
        CHECK(printed.find("no script is running") != std::string::npos);
        CHECK(printed.find("\nno\n") == std::string::npos);
    }
    SECTION("from a script, and back") {
        fake.console.type_key('s', fake.clock.peek() + Duration::seconds(1));
        fake.console.type("et a 5\rexit 3\r");
        CHECK(script("shell\necho ${a}").ok());
        CHECK(fake.console.printed("\n5\n"));
    }
    SECTION("Ctrl-C drops the line") {
        fake.console.type(
            "echo a\x03"
            "echo b\rexit\r");
        run_shell(session);
        CHECK_FALSE(fake.console.printed("\na\n"));
        CHECK(fake.console.printed("\nb\n"));
    }
}

TEST_CASE("line editor") {
    fakes::Console console;
    LineEditor editor(console, "> ");
    const auto type = [&](std::initializer_list<int> keys) {
        REQUIRE(editor.begin().ok());
        LineEditor::Event last = LineEditor::Event::none;
        for (int key : keys) last = editor.key(key).value();
        return std::pair(text(editor.text()), last);
    };
    using platform::kKeyDelete, platform::kKeyDown, platform::kKeyEnd, platform::kKeyHome;
    using platform::kKeyLeft, platform::kKeyRight, platform::kKeyUp;
    const auto line = LineEditor::Event::line;

    CHECK(type({'a', 'b', '\r'}) == std::pair(std::string("ab"), line));
    CHECK(console.take() == "> ab\n");
    CHECK(type({'a', 'b', 8, 127, 8, 'c', '\n'}).first == "c");
    CHECK(type({'a', 'c', kKeyLeft, 'b', '\r'}).first == "abc");
    CHECK(type({'a', kKeyLeft, kKeyLeft, kKeyDelete, kKeyDelete, 'x', '\r'}).first == "x");
    CHECK(type({'b', kKeyHome, 'a', kKeyEnd, kKeyRight, 'c', '\r'}).first == "abc");
    CHECK(type({'a', 'b', kKeyLeft, 11, '\r'}).first == "a");
    CHECK(type({'a', 'b', 21, 'c', '\r'}).first == "c");
    CHECK(type({kKeyUp, '\r'}).first == "c");  // the same line is remembered once
    CHECK(type({kKeyUp, kKeyUp, '\r'}).first == "a");
    CHECK(type({kKeyUp, kKeyDown, 'z', kKeyDown, '\r'}).first == "z");
    CHECK(type({'a', 3}).second == LineEditor::Event::cancelled);
    CHECK(type({0x1b, 0x200, -5, 0x07, 'a', '\r'}).first == "a");

    REQUIRE(editor.begin().ok());
    for (size_t i = 0; i < LineEditor::kMaxLine + 50; ++i) REQUIRE(editor.key('x').ok());
    CHECK(editor.text().size() == LineEditor::kMaxLine);
    for (int i = 0; i < 100; ++i) CHECK(type({'0' + i % 10, 'a' + i % 26, '\r'}).second == line);
}
