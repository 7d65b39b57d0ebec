#include "src/boot/script.h"

#include "boot_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

TEST_CASE("script: magic") {
    const auto is = [](const std::string& data) { return is_script(view(data).bytes()); };
    CHECK(is("#!ipxe\n"));
    CHECK(is("#!gpxe\r\necho"));
    CHECK(is("#!ipxe # comment"));
    CHECK_FALSE(is("#!ipxe"));
    CHECK_FALSE(is("#!ipxe2\n"));
    CHECK_FALSE(is("#!IPXE\n"));
    CHECK_FALSE(is(" #!ipxe\n"));
    CHECK_FALSE(is("#!/bin/sh\n"));
    CHECK_FALSE(is(""));
}

TEST_CASE("script: lines") {
    const std::string body = "one\r\ntwo \\\n  more\\\r\nend\n\nlast";
    LineReader lines(view(body));
    StrView line;
    REQUIRE(lines.next(line).value());
    CHECK(line == "one");
    REQUIRE(lines.next(line).value());
    CHECK(line == "two   moreend");  // nothing is inserted
    CHECK(lines.line_number() == 2);
    REQUIRE(lines.next(line).value());
    CHECK(line == "");
    REQUIRE(lines.next(line).value());
    CHECK(line == "last");
    CHECK(lines.line_number() == 6);
    CHECK_FALSE(lines.next(line).value());

    LineReader open(StrView("a\\"));
    REQUIRE(open.next(line).value());
    CHECK(line == "a");
    CHECK_FALSE(open.next(line).value());
}

TEST_CASE_METHOD(BootFixture, "script: what is printed and how it ends") {
    struct Case {
        const char* body;
        const char* printed;
        bool success;
    };
    const Case cases[] = {
        {"", "", true},
        {"echo a\necho  b   c\n", "a\nb c\n", true},
        {"echo -n a\necho\necho b", "a\nb\n", true},
        {"set x 1\necho ${x} ${y} z\n", "1  z\n", true},
        {"echo a \\\n  b", "a b\n", true},
        {"isset ${x} && echo set || echo unset", "unset\n", true},
        {"set x 1\nisset ${x} && echo set || echo unset", "set\n", true},
        {"set x 1\nset x\nisset ${x} && echo set || echo unset", "unset\n", true},
        {"iseq ${x} a && echo same || echo other", "other\n", true},
        {"iseq ${x} ${y} && echo same || echo other", "same\n", true},
        {"goto end\necho no\n:end\necho yes", "yes\n", true},
        {"goto end\necho no\n  :end echo yes", "yes\n", true},  // a command behind the label
        {"goto nowhere || goto there\n:there\necho yes", "yes\n", true},
        {"goto there && echo no\n:there\necho yes", "yes\n", true},
        {"goto there ; echo no\n:there\necho yes", "yes\n", true},
        {":x\nisset ${n} && goto out ||\nset n 1\ngoto x\n:out\necho ${n}", "1\n", true},
        {"goto a\n:a\necho first\nexit\n:a\necho second", "first\n", true},
        {"set l b\ngoto ${l}\n:a\necho a\nexit\n:b\necho b\n", "b\n", true},
        {"goto b\necho x \\\n:b\necho joined\nexit\n:b\necho label", "label\n", true},
        {"exit\necho no", "", true},
        {"exit 0 && echo no", "", true},
        {"exit 3\necho no", "", false},
        {"exit 1 || echo no", "", false},
        {"isset ${x} ||\necho on", "on\n", true},
        {"set i:int32 9\ninc i\necho ${i}\ninc i -3\necho ${i}", "10\n7\n", true},
        {"set i 9\ninc i\necho ${i}", "10\n", true},  // stored as text
        {"inc i\necho ${i}", "1\n", true},
        {"inc i 0x10\necho ${i}", "16\n", true},
        {"set i:int8 127\ninc i\necho x${i}", "x-128\n", true},
        {"set filename http://h/x\nshow filename", "filename:string = http://h/x\n", true},
        {"set net9.dhcp/67:string x\nshow net9/filename", "net9.dhcp/filename:string = x\n", true},
        {"set x:uint8 5\nshow x\nshow --quiet x", "x:uint8 = 0x5\n0x5\n", true},
        {"echo ${uuid} ${product}", "00112233-4455-6677-8899-aabbccddeeff Fake 9000\n", true},
        {"echo ${platform} ${buildarch} ${memsize}", "pcbios x86_64 512\n", true},
        {"echo ${cwuri} ${cwduri}", "http://h/d/main.ipxe http://h/d/\n", true},
        {"isset ${x} ||\necho ${errno}", "0x14\n", true},
    };
    for (const Case& one : cases) {
        for (const char* setting : {"x", "y", "n", "i", "l", "filename", "net9.dhcp/67"}) {
            REQUIRE(session.settings.clear(setting).ok());
        }
        CAPTURE(one.body);
        CHECK(script(one.body).ok() == one.success);
        CHECK(output() == one.printed);
        CHECK(session.script == nullptr);
        CHECK(session.stop == Stop::none);
    }
}

TEST_CASE_METHOD(BootFixture, "script: the failing line is named") {
    SECTION("a command that is not there") {
        const Result<void> status = script("echo a\n\n  nosuch x\necho no\n");
        CHECK(status.error() == Error::command_not_found);
        CHECK(output() ==
              "a\nnosuch: command not found\n"
              "main.ipxe: stopped at line 4: nosuch x: command not found\n");
        CHECK(get("errno") == "0x13");
    }
    SECTION("a silent no") {
        CHECK(script("isset ${x}").error() == Error::command_failed);
        CHECK(fake.console.printed("main.ipxe: stopped at line 2: isset ${x}: "));
    }
    SECTION("goto nowhere") {
        CHECK(script("goto nowhere").error() == Error::not_found);
        CHECK(fake.console.printed("line 2: goto nowhere: "));
    }
    SECTION("a joined line has the number of its beginning") {
        CHECK_FALSE(script("echo a \\\n b\nfalse \\\n c\n").ok());
        CHECK(fake.console.printed("stopped at line 4: false  c:"));
    }
    SECTION("wrong use") {
        CHECK(script("set").error() == Error::invalid_argument);
        CHECK(fake.console.printed("Usage: set "));
        CHECK(script("echo --what").error() == Error::invalid_argument);
        CHECK(fake.console.printed("echo: --what is not understood"));
        CHECK(script("exit many").error() == Error::invalid_argument);
        CHECK(script("set x:nosuch 1").error() == Error::not_supported);
        CHECK(script("set ip somewhere").error() == Error::bad_format);
        CHECK(script("set s abc\ninc s").error() == Error::bad_format);
    }
    SECTION("help") {
        for_each_command([&](const Command& command) {
            CAPTURE(command.name);
            if (command.run == nullptr) return;
            CHECK_FALSE(line(std::string(command.name) + " --help").ok());
            CHECK(fake.console.printed(std::string("Usage: ") + command.name + " "));
            CHECK_FALSE(line(std::string(command.name) + " -h").ok());
        });
    }
}

TEST_CASE_METHOD(BootFixture, "script: hostile text") {
    SECTION("a huge line without an end") {
        CHECK_FALSE(script(std::string(1 << 20, 'x')).ok());
        CHECK(output().size() < 3u << 20);
    }
    SECTION("many words") {
        std::string words = "echo -n";
        for (int i = 0; i < 100'000; ++i) words += " a";
        CHECK(script(words).ok());
    }
    SECTION("zeros, high bytes, lone specials") {
        std::string body("echo a\0b\n", 9);
        body += "\xff\xfe ||\n|| && ; ||\n:\n:: \n$\n${\n}\n";
        IGNORE_RESULT(script(body));
        CHECK(fake.console.printed("stopped at line 7: $"));
    }
    SECTION("a value that contains itself") {
        CHECK(script("set d $\nset a ${d}{a}\necho ${a}").ok());  // a was empty when it was set
        REQUIRE(session.settings.set("loop", "${loop}").ok());
        CHECK(script("echo ${loop}").error() == Error::too_large);
    }
    SECTION("a loop without end is ended by Ctrl-C") {
        fake.console.type_key(kCtrlC, fake.clock.peek() + Duration::seconds(5));
        CHECK(script(":again\ngoto again").error() == Error::cancelled);
        CHECK(fake.console.printed("cancelled"));
    }
    SECTION("a label that is only a colon") {
        CHECK_FALSE(script(":\ngoto :").ok());
        CHECK_FALSE(script(":\nset e\ngoto ${e}").ok());
    }
}

TEST_CASE_METHOD(BootFixture, "script: called by a script") {
    fake.fetcher.files["http://h/d/sub.ipxe"] = {
        .body = "#!ipxe\necho sub ${cwuri}\nset seen 1\ngoto end\n:end\n"};
    fake.fetcher.files["http://h/d/bad.ipxe"] = {.body = "#!ipxe\nexit 2\n"};
    fake.fetcher.files["http://h/d/broken.ipxe"] = {.body = "#!ipxe\nnosuch\n"};

    SECTION("comes back to where it was called") {
        CHECK(script("chain -q sub.ipxe\necho back ${cwuri} ${seen}\n:end").ok());
        CHECK(output() == "sub http://h/d/sub.ipxe\nback http://h/d/main.ipxe 1\n");
    }
    SECTION("exit ends only itself, and its status is the caller's business") {
        CHECK(script("chain -q bad.ipxe || echo failed\necho on").ok());
        CHECK(output() == "failed\non\n");
        CHECK(script("chain -q bad.ipxe\necho on").error() == Error::exec_failed);
    }
    SECTION("its failure is the caller's too") {
        CHECK(script("chain -q broken.ipxe").error() == Error::command_not_found);
        const std::string printed = output();
        CHECK(printed.find("broken.ipxe: stopped at line 2") != std::string::npos);
        CHECK(printed.find("main.ipxe: stopped at line 2") != std::string::npos);
    }
    SECTION("it stays in the store unless --autofree") {
        CHECK(script("chain -q sub.ipxe").ok());
        CHECK(session.images.find("sub.ipxe") != nullptr);
        CHECK(script("chain -q sub.ipxe").ok());
        CHECK(fake.fetcher.requests.size() == 1);  // found by name
        CHECK(script("imgfree\nchain -q --autofree sub.ipxe").ok());
        CHECK(session.images.images().empty());
    }
    SECTION("--replace: the caller is gone") {
        CHECK(script("chain -q --replace sub.ipxe\necho never").ok());
        CHECK(output() == "sub http://h/d/sub.ipxe\n");
        CHECK(session.replacement == nullptr);
        CHECK(session.cwuri.empty());
        CHECK(script("chain -q --replace bad.ipxe").error() == Error::exec_failed);
    }
    SECTION("--replace in an inner script ends that one only") {
        fake.fetcher.files["http://h/d/middle.ipxe"] = {
            .body = "#!ipxe\nchain -q --replace sub.ipxe\necho never\n"};
        CHECK(script("chain -q middle.ipxe\necho back").ok());
        CHECK(output() == "sub http://h/d/sub.ipxe\nback\n");
    }
    SECTION("imgfree does not free what runs") {
        CHECK(script("imgfree\necho alive\nimgstat\nimgfree main.ipxe || echo hidden").ok());
        CHECK(output() == "alive\nmain.ipxe: no such image\nhidden\n");
        CHECK(fake.image_memory.used() == 0);
    }
    SECTION("a script that calls itself has a bottom") {
        fake.fetcher.files["http://h/d/me.ipxe"] = {.body = "#!ipxe\nchain -q me.ipxe\n"};
        CHECK(script("chain -q me.ipxe").error() == Error::too_large);
        CHECK(fake.console.printed("16 scripts run inside each other"));
        CHECK(session.script_depth == 0);
    }
    SECTION("--replace has no bottom: a menu may go on for ever") {
        fake.fetcher.files["http://h/d/me.ipxe"] = {.body =
                                                        "#!ipxe\ninc n\niseq ${n} 100 && exit ||\n"
                                                        "chain -q --replace --autofree me.ipxe\n"};
        CHECK(script("chain -q --autofree me.ipxe\necho ${n}").ok());
        CHECK(output() == "100\n");
        CHECK(session.images.images().empty());
    }
}

TEST_CASE_METHOD(BootFixture, "commands: keys and time") {
    SECTION("prompt") {
        fake.console.type("x");
        CHECK(line("prompt --key x --timeout 100 Press x").ok());
        CHECK(output() == "Press x\r       \r");
        fake.console.type("y");
        CHECK(line("prompt --key x").error() == Error::command_failed);
        fake.console.type("y");
        CHECK(line("prompt any key").ok());
        fake.console.type_key(2);
        CHECK(line("prompt --key 0x02 --timeout 2000 Ctrl-B").ok());
        fake.console.type_key(platform::kKeyF1 + 11);
        CHECK(line("prompt --key 0x197e").ok());
        const Instant begin = fake.clock.peek();
        CHECK(line("prompt --key x --timeout 3000").error() == Error::timed_out);
        CHECK((fake.clock.peek() - begin).ms() / 100 == 30);
        CHECK(line("prompt --key many").error() == Error::invalid_argument);
    }
    SECTION("sleep") {
        const Instant begin = fake.clock.peek();
        CHECK(line("sleep 2").ok());
        CHECK((fake.clock.peek() - begin).ms() / 100 == 20);
        fake.console.type_key(kCtrlC, fake.clock.peek() + Duration::seconds(1));
        CHECK(line("sleep 100").error() == Error::cancelled);
        CHECK((fake.clock.peek() - begin).seconds() < 5);
        CHECK(line("sleep long").error() == Error::invalid_argument);
    }
    SECTION("keys typed ahead reach the prompt that comes later") {
        fake.console.type("x");
        CHECK(line("sleep 1").ok());
        CHECK(line("prompt --key x --timeout 1").ok());
    }
    SECTION("reboot and poweroff") {
        CHECK_FALSE(line("reboot --warm").ok());
        CHECK_FALSE(line("reboot").ok());
        CHECK_FALSE(line("poweroff").ok());
        CHECK(fake.system.warm_reboots == 1);
        CHECK(fake.system.cold_reboots == 1);
        CHECK(fake.system.power_offs == 1);
    }
}
