// Forms, the settings editor, read, prompt, colours, help: what stands beside menus.
#include "src/boot/completion.h"
#include "src/boot/shell.h"
#include "terminal_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;
using namespace kedge::platform;

TEST_CASE_METHOD(TerminalFixture, "form: fields are edited and stored") {
    const std::string form =
        "set name old\nset password secret\n"
        "form A form\nitem name A name\nitem --gap Numbers:\nitem count:int32 How many\n"
        "item --secret password Password\n";
    std::string seen;
    SECTION("Enter goes on, and saves at the end") {
        hand.then([&] { seen = terminal.text(); }, control('u'));
        hand.type("new\r23\r");
        hand.then(
            [&] {
                CHECK(terminal.line(7).find("secret") == std::string::npos);
                CHECK(terminal.line(7).find("******") != std::string::npos);
            },
            '!');
        hand.type("\r");
        CHECK(script(form + "present\n").ok());
        CHECK(seen.find("  A name                      old") != std::string::npos);
        CHECK(get("name") == "new");
        CHECK(get("count") == "23");
        CHECK(get("password") == "secret!");
        CHECK(line("present").error() == Error::not_found);
    }
    SECTION("a value of the wrong kind is refused, and can be corrected") {
        hand.type("2\r");
        hand.type("many\x18");
        hand.then(
            [&] {
                CHECK(terminal.line(23) ==
                      "  count:int32: " + std::string(describe(Error::bad_format)));
                CHECK(terminal.cursor_line() == 6);
            },
            control('u'));
        hand.then([&] { CHECK(terminal.line(23) == ""); }, '7');
        hand.key(control('x'));
        CHECK(script(form + "present\n").ok());
        CHECK(get("name") == "old2");
        CHECK(get("count") == "7");
    }
    SECTION("Esc stores nothing; --keep keeps the form") {
        hand.type("x");
        hand.key(kKeyDown);
        hand.key(kEscape);
        CHECK(script(form + "present --keep\n").error() == Error::cancelled);
        CHECK(get("name") == "old");
        hand.type("\x03");
        CHECK(line("present").error() == Error::cancelled);
    }
    SECTION("a long value moves under its field") {
        for (int i = 0; i < 100; ++i) hand.type(std::string(1, static_cast<char>('0' + i % 10)));
        hand.then(
            [&] {
                CHECK(terminal.line(4).size() <= 79);
                CHECK(terminal.line(4).ends_with("789"));
                CHECK(terminal.cursor_column() <= 79);
            },
            control('a'));
        hand.then(
            [&] {
                CHECK(terminal.line(4).find(" old0123") != std::string::npos);
                CHECK(terminal.cursor_column() == 31);
            },
            control('x'));
        CHECK(script(form + "present\n").ok());
        CHECK(get("name").size() == 103);
    }
}

TEST_CASE_METHOD(TerminalFixture, "login") {
    hand.type("root\rpass word\r");
    CHECK(line("login").ok());
    CHECK(get("username") == "root");
    CHECK(get("password") == "pass word");
    hand.type("\x03");
    CHECK(line("login || set failed 1").ok());
    CHECK(get("failed") == "1");
}

TEST_CASE_METHOD(TerminalFixture, "config: view, edit, remove, go to other blocks") {
    CHECK(line("set mine x ; set proxydhcp/own pxe ; set domain example.org").ok());
    using F = std::function<void()>;
    const auto shows = [&](const char* text) {
        return F([this, text] {
            INFO(terminal.text());
            CHECK(terminal.find(text) != 0);
        });
    };
    // The last one is our own setting.
    hand.then(shows("builtin/"), kKeyEnd);
    hand.then(shows("mine                        x"), '\r');
    hand.type("yz\r");
    hand.then(shows("mine                        xyz"), kKeyHome);
    CHECK(line("config nosuch").error() == Error::not_found);
    hand.key(control('x'));
    CHECK(line("config").ok());
    CHECK(get("mine") == "xyz");

    hand.key(kKeyEnd);
    hand.then(shows("own                         pxe"), control('d'));
    hand.then(shows("Settings proxydhcp"), control('x'));
    CHECK(line("config proxydhcp").ok());
    CHECK(get("proxydhcp/own") == "<none>");

    // Enter opens a block, Esc comes back.
    hand.key('\r');
    hand.then([&] { CHECK(terminal.line(2).size() > std::string("  Settings ").size()); }, kEscape);
    hand.then(shows("builtin/"), kEscape);
    CHECK(line("config").ok());
}

TEST_CASE_METHOD(TerminalFixture, "read: begins behind the question, with the old value") {
    CHECK(line("set url http://h/").ok());
    hand.type("x\x08");
    hand.then(
        [&] {
            CHECK(terminal.line(1) == "Which URL: http://h/");
            CHECK(terminal.cursor_column() == 21);
        },
        control('w'));
    hand.then([&] { CHECK(terminal.line(1) == "Which URL:"); }, 'a');
    hand.key(kKeyLeft);
    hand.type("b\r");
    CHECK(line("echo -n Which URL: ${} && read url").ok());
    CHECK(get("url") == "ba");
    CHECK(terminal.line(1) == "Which URL: ba");
    CHECK(terminal.cursor_line() == 2);

    hand.type("\x03");
    CHECK(line("echo -n a ; read url").error() == Error::cancelled);
    hand.type("\x15\r");
    CHECK(line("echo -n a ; read url").ok());
    CHECK(get("url") == "<none>");
    hand.type("many\r");
    CHECK(line("read count:int8").error() == Error::bad_format);
    const Instant begin = fake.clock.peek();
    CHECK(line("echo -n a ; read --timeout 3000 url").error() == Error::timed_out);
    CHECK((fake.clock.peek() - begin).seconds() == 3);
}

TEST_CASE_METHOD(TerminalFixture, "prompt: its text is gone afterwards") {
    hand.then([&] { CHECK(terminal.line(1) == "Press F12, caf\xc3\xa9 is on"); }, kKeyF1 + 11);
    CHECK(line("prompt --key 0x197e Press F12, caf\xc3\xa9 is on").ok());
    CHECK(terminal.line(1) == "");
    CHECK(terminal.cursor_line() == 1);
    CHECK(terminal.cursor_column() == 1);
    hand.type("x");
    CHECK(line("prompt --key y Press y").error() == Error::command_failed);
    hand.type("\x02");
    CHECK(line("prompt --key 0x02 --timeout 2000 Press Ctrl-B").ok());
    CHECK(line("prompt --timeout 100 Wait").error() == Error::timed_out);
    hand.type("q");
    CHECK(line("prompt").ok());
}

TEST_CASE_METHOD(TerminalFixture, "colours of scripts reach menus") {
    const auto look = [&](const char* commands, auto check) {
        CHECK(line("menu A menu ; item a A ; item b B ; item --gap C").ok());
        hand.then(check, '\r');
        CHECK(line(std::string(commands) + " ; choose x").ok());
    };
    look("console --x 1024 --y 768 --picture http://h/p.png --keep", [&] {
        CHECK(terminal.cell(4, 3).background == 7);
        CHECK(terminal.cell(5, 3).foreground == 9);
        CHECK(terminal.cell(5, 3).background == 9);
        CHECK(terminal.cell(6, 3).foreground == 6);
    });
    // A picture was asked for and is not there: text colours instead.
    look("cpair --background 0 1 && cpair --background 1 2", [&] {
        CHECK(terminal.cell(4, 3).background == 1);
        CHECK(terminal.cell(4, 3).foreground == 7);
        CHECK(terminal.cell(5, 3).background == 0);
        CHECK(terminal.cell(5, 3).foreground == 7);
        CHECK(terminal.cell(20, 70).background == 0);
    });
    look("colour --rgb 0x191970 4 ; cpair --foreground 7 --background 4 1", [&] {
        CHECK(terminal.cell(5, 3).background == 4);
        CHECK(terminal.cell(6, 3).background == 4);
    });
    look("colour --basic 2 --rgb 0xff6600 3 ; cpair --foreground 3 2", [&] {
        CHECK(terminal.cell(4, 3).foreground == 2);
        CHECK(terminal.cell(4, 3).background == 9);
    });
    CHECK(terminal.cell(1, 1).background == 9);
    for (const char* wrong :
         {"colour 8", "colour", "colour --rgb 0x1000000 1", "colour --basic 10 1", "cpair 8",
          "cpair --foreground x 1", "cpair"}) {
        CHECK(line(wrong).error() == Error::invalid_argument);
    }
    CHECK(Palette::nearest(0x000000) == 0);
    CHECK(Palette::nearest(0xffffff) == 7);
    CHECK(Palette::nearest(0x808080) == 7);
    CHECK(Palette::nearest(0xff6600) == 1);
    CHECK(Palette::nearest(0x40e0d0) == 6);
    CHECK(Palette::nearest(0x202020) == 0);
}

TEST_CASE_METHOD(TerminalFixture, "show: a value commands nothing") {
    CHECK(line("set hostname:hex 61:1b:5b:32:4a:0a:62").ok());
    output();
    CHECK(line("show hostname:string").ok());
    CHECK(output() == "hostname:string = ab\n");
    CHECK(line("show --quiet hostname:string").ok());
    CHECK(output() == "ab\n");
}

TEST_CASE_METHOD(TerminalFixture, "help") {
    CHECK(line("help").ok());
    CHECK(fake.console.printed("choose"));
    CHECK(fake.console.printed("cpair"));
    output();
    CHECK(line("help choose").ok());
    CHECK(output().find("Usage: choose [--menu NAME]") == 0);
    CHECK(line("help nosuch").error() == Error::invalid_argument);
    CHECK(line("choose --help").error() == Error::cancelled);
}

TEST_CASE_METHOD(TerminalFixture, "line editor: a line longer than the screen is wide") {
    LineEditor editor(terminal, "kedge> ");
    CHECK(editor.begin().ok());
    const auto type = [&](std::initializer_list<int> keys) {
        for (const int key : keys) CHECK(editor.key(key).ok());
    };
    for (int i = 0; i < 200; ++i) type({'a' + i % 26});
    CHECK(terminal.line(1).size() == 79);
    CHECK(terminal.line(2).size() == 79);
    CHECK(terminal.line(3).size() == 207 - 158);
    CHECK(terminal.cursor_line() == 3);
    CHECK(terminal.cursor_column() == 50);
    type({control('a'), '>'});
    CHECK(terminal.line(1).starts_with("kedge> >abcdef"));
    CHECK(terminal.line(3).size() == 50);
    CHECK(terminal.cursor_line() == 1);
    CHECK(terminal.cursor_column() == 9);
    type({kKeyEnd, kBackspace, kKeyLeft, kKeyLeft, control('w')});
    CHECK(terminal.text() == "kedge> pq\n");
    CHECK(terminal.cursor_column() == 8);
    type({control('k'), 'x', 'y', control('u'), 'z'});
    CHECK(terminal.line(1) == "kedge> z");
    type({'\r'});
    CHECK(terminal.cursor_line() == 2);

    // At the end of the screen everything moves up.
    for (int i = 0; i < 40; ++i) terminal.put("\n");
    terminal.scrolled = 0;
    CHECK(editor.begin().ok());
    for (int i = 0; i < 150; ++i) type({'x'});
    CHECK(terminal.scrolled == 1);
    type({kKeyHome, kKeyDelete, control('l')});
    CHECK(terminal.line(1) == "kedge> " + std::string(72, 'x'));
    CHECK(terminal.line(2) == std::string(77, 'x'));
    CHECK(terminal.line(3) == "");
    type({kKeyUp});
    CHECK(terminal.text() == "kedge> z\n");
    type({0xc3, 0xa9, kKeyLeft, 'e', kKeyRight, '!', '\r'});
    CHECK(text(editor.text()) == "ze\xc3\xa9!");
    CHECK(terminal.line(1) == "kedge> ze\xc3\xa9!");
}

TEST_CASE_METHOD(TerminalFixture, "completion") {
    LineEditor editor(terminal, "> ");
    CHECK(line("set color sea ; set zone/flavour x").ok());
    Image* image = session.images.create().value();
    CHECK(image->set_name("vmlinuz-6.1").ok());
    const auto after_tab = [&](const std::string& typed) {
        CHECK(editor.begin(view(typed)).ok());
        CHECK(complete(session, editor).ok());
        return text(editor.text());
    };
    CHECK(after_tab("choo") == "choose ");
    CHECK(after_tab("nosuch") == "nosuch");
    CHECK(after_tab("im") == "img");
    CHECK(after_tab("a && prom") == "a && prompt ");
    CHECK(after_tab("boot vm") == "boot vmlinuz-6.1 ");
    CHECK(after_tab("choose --ret") == "choose --retimeout ");
    CHECK(after_tab("nosuch --ret") == "nosuch --ret");
    CHECK(after_tab("echo ${filen") == "echo ${filename}");
    CHECK(after_tab("echo ${colo") == "echo ${color}");
    CHECK(after_tab("echo ${zon") == "echo ${zone/");
    CHECK(after_tab("echo ${zone/fla") == "echo ${zone/flavour}");
    CHECK(after_tab("echo ${nosuch/x") == "echo ${nosuch/x");
    CHECK(after_tab("echo ${a} ${filen") == "echo ${a} ${filename}");
    CHECK(after_tab("choose --") == "choose --");
    CHECK(terminal.find("  --menu  --default  --timeout  --retimeout  --keep") != 0);
    CHECK(terminal.line(terminal.cursor_line()) == "> choose --");
    CHECK(after_tab("") == "");
    // In the shell, too.
    hand.type("exi\t\r");
    run_shell(session);
}
