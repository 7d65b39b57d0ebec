#include "terminal_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

constexpr char kFruit[] =
    "menu Which fruit?\n"
    "item --gap Sweet:\n"
    "item --key a apple    An apple\n"
    "item --key 0x197e pear A pear\n"
    "item\n"
    "item --gap Sour:\n"
    "item --key l lemon  A lemon\n";

constexpr char kScreen[] = R"(
  Which fruit?

  Sweet:
  An apple
  A pear

  Sour:
  A lemon














  Enter: choose   Esc: cancel
)";

}  // namespace

TEST_CASE_METHOD(TerminalFixture, "menu: what it looks like, and leaves behind") {
    std::string seen;
    int bar = 0;
    hand.key(platform::kKeyDown);
    hand.then(
        [&] {
            seen = terminal.text();
            bar = terminal.cursor_line();
            CHECK(terminal.cell(6, 2).background == 7);
            CHECK(terminal.cell(6, 79).background == 7);
            CHECK(terminal.cell(6, 80).background == 9);
            CHECK(terminal.cell(5, 3).background == 9);
            CHECK(terminal.cell(4, 3).foreground == 6);
            CHECK(terminal.cell(2, 3).bold);
        },
        '\r');
    CHECK(script(std::string(kFruit) + "choose fruit\n").ok());
    CHECK(seen == kScreen);
    CHECK(bar == 6);
    CHECK(get("fruit") == "pear");
    CHECK(terminal.text() == "\n");
    CHECK(terminal.cursor_line() == 1);
    CHECK(terminal.scrolled == 0);
    // Without --keep it is gone.
    CHECK(line("choose fruit").error() == Error::not_found);
}

TEST_CASE_METHOD(TerminalFixture, "menu: keys") {
    const auto choose = [&](std::vector<int> keys, const char* options = "") {
        for (const int key : keys) hand.key(key);
        IGNORE_RESULT(line("clear fruit"));
        const Result<void> status = script(std::string(kFruit) + "choose " + options + " fruit");
        return status.ok() ? get("fruit") : std::string(describe(status.error()));
    };
    using namespace platform;
    CHECK(choose({'\r'}) == "apple");
    CHECK(choose({'\n'}) == "apple");
    CHECK(choose({kKeyUp, '\r'}) == "apple");
    CHECK(choose({kKeyDown, kKeyDown, '\r'}) == "lemon");
    CHECK(choose({kKeyDown, kKeyDown, kKeyDown, kKeyUp, '\r'}) == "pear");
    CHECK(choose({kKeyEnd, '\r'}) == "lemon");
    CHECK(choose({kKeyEnd, kKeyHome, '\r'}) == "apple");
    CHECK(choose({kKeyPageDown, '\r'}) == "lemon");
    CHECK(choose({kKeyPageDown, kKeyPageUp, '\r'}) == "apple");
    CHECK(choose({'l'}) == "lemon");
    CHECK(choose({kKeyF1 + 11}) == "pear");
    CHECK(choose({'x', kKeyLeft, '\r'}) == "apple");
    CHECK(choose({kEscape}) == "cancelled");
    CHECK(choose({kKeyDown, kCtrlC}) == "cancelled");
    CHECK(choose({'\r'}, "--default lemon") == "lemon");
    CHECK(choose({'\r'}, "--default nosuch") == "apple");
    CHECK(choose({'\r'}, "--default ${nosuch}") == "apple");
}

TEST_CASE_METHOD(TerminalFixture, "menu: time-outs") {
    const auto seconds_of = [&](const std::string& options) {
        const Instant begin = fake.clock.peek();
        CHECK(script(std::string(kFruit) + "choose --default pear " + options + " fruit").ok());
        return static_cast<int>((fake.clock.peek() - begin).ms() / 1000);
    };
    CHECK(seconds_of("--timeout 3000") == 3);
    CHECK(get("fruit") == "pear");

    // What is selected is taken, not what was the default; a key begins the second time.
    fake.console.type_key(platform::kKeyDown, fake.clock.peek() + Duration::seconds(2));
    CHECK(seconds_of("--timeout 3000 --retimeout 5000") == 7);
    CHECK(get("fruit") == "lemon");

    // Without --retimeout a key stops the clock.
    fake.console.type_key(platform::kKeyUp, fake.clock.peek() + Duration::seconds(2));
    fake.console.type_key('\r', fake.clock.peek() + Duration::seconds(100));
    CHECK(seconds_of("--timeout 3000") == 100);
    CHECK(get("fruit") == "apple");

    fake.console.type_key('\r', fake.clock.peek() + Duration::seconds(100));
    CHECK(seconds_of("--timeout 0") == 100);
}

TEST_CASE_METHOD(TerminalFixture, "menu: the countdown is shown, and gone after a key") {
    std::vector<std::string> titles;
    for (int i = 0; i < 3; ++i) {
        fake.clock.advance(Duration::ms(1));
        hand.then([&] { titles.push_back(terminal.line(2)); },
                  i < 2 ? int{platform::kKeyDown} : '\r');
    }
    CHECK(script(std::string(kFruit) + "choose --timeout 12500 fruit").ok());
    REQUIRE(titles.size() == 3);
    CHECK(titles[0] ==
          "  Which fruit?                                                            13 s");
    CHECK(titles[1] == "  Which fruit?");
    CHECK(titles[2] == "  Which fruit?");
}

TEST_CASE_METHOD(TerminalFixture, "menu: an update costs few bytes") {
    size_t before = 0;
    size_t after = 0;
    hand.then([&] { before = terminal.bytes; }, platform::kKeyDown);
    hand.then([&] { after = terminal.bytes; }, '\r');
    CHECK(script(std::string(kFruit) + "choose fruit").ok());
    CHECK(before < 700);
    CHECK(after - before < 200);
}

TEST_CASE_METHOD(TerminalFixture, "menu: default item, kept menus, names") {
    hand.type("\r\r\r");
    CHECK(script("menu --name one One\nitem --menu one a A\nitem --menu one --default b B\n"
                 "menu Two\nitem c C\n"
                 "choose --menu one --keep x\nchoose y\nchoose --menu one z\n")
              .ok());
    CHECK(get("x") == "b");
    CHECK(get("y") == "c");
    CHECK(get("z") == "b");
    CHECK(line("item --menu one a A").error() == Error::not_found);
    CHECK(line("menu --name one ; menu --name one --delete && item --menu one a").error() ==
          Error::not_found);
    CHECK(line("menu ; item --gap nothing ; choose x").error() == Error::not_found);
    CHECK(line("menu ; item --key toolong a").error() == Error::invalid_argument);
    CHECK(line("menu ; item a ; choose --timeout x y").error() == Error::invalid_argument);
    // An address is stored as one.
    hand.type("\r");
    CHECK(line("menu ; item 8.8.8.8 A name server ; choose dns:ipv4").ok());
    CHECK(get("dns:hexraw") == "08080808");
    hand.type("\r");
    CHECK(line("menu ; item word ; choose dns:ipv4").error() == Error::bad_format);
}

TEST_CASE_METHOD(TerminalFixture, "menu: five hundred items") {
    CHECK(line("menu Many").ok());
    for (int i = 0; i < 500; ++i) {
        const std::string n = std::to_string(i);
        CHECK(line(i % 10 == 0 ? "item --gap Tens " + n : "item i" + n + " Item " + n).ok());
    }
    using namespace platform;
    const auto shows = [&](int first, int current) {
        CHECK(terminal.line(21) != "");
        CHECK(terminal.find("Item " + std::to_string(current)) == terminal.cursor_line());
        CHECK((terminal.find("Item " + std::to_string(first)) == 4 ||
               terminal.find("Tens " + std::to_string(first)) == 4));
    };
    hand.then([&] { shows(0, 1); }, kKeyPageDown);
    hand.then([&] { shows(9, 18); }, kKeyEnd);
    hand.then(
        [&] {
            shows(482, 499);
            CHECK(terminal.line(24) ==
                  "  Enter: choose   Esc: cancel" + std::string(40, ' ') + " 500/500");
        },
        kKeyUp);
    hand.then([&] { shows(482, 498); }, kKeyHome);
    hand.then([&] { shows(0, 1); }, '\r');
    CHECK(line("choose --keep x").ok());
    for (int i = 0; i < 600; ++i) hand.key(i < 500 ? kKeyDown : kKeyUp);
    hand.key('\r');
    CHECK(line("choose x").ok());
    CHECK(get("x") == "i388");
    CHECK(terminal.scrolled == 0);
}

TEST_CASE_METHOD(TerminalFixture, "menu: texts that are too long or too wide") {
    hand.then(
        [&] {
            CHECK(terminal.line(2) == "  " + std::string(73, 't') + "...");
            CHECK(terminal.line(4) == "  " + std::string(73, 'x') + "...");
            CHECK(terminal.line(5) == "  " + std::string(76, 'y'));
            CHECK(terminal.line(6) ==
                  "  Fran\xc3\xa7"
                  "ais caf\xc3\xa9");
            CHECK(terminal.line(7) == "  \xe6\xbc\xa2\xe5\xad\x97 two columns each");
            CHECK(terminal.line(8).substr(0, 4) == "  \xe6\xbc");
            CHECK(terminal.cell(4, 79).background == 7);
            CHECK(terminal.cell(4, 80).background == 9);
        },
        '\r');
    std::string wide;
    for (int i = 0; i < 60; ++i) wide += "\xe6\xbc\xa2";
    CHECK(script("menu " + std::string(200, 't') + "\nitem x " + std::string(100, 'x') +
                 "\nitem y " + std::string(76, 'y') +
                 "\nitem z Fran\xc3\xa7"
                 "ais caf\xc3\xa9\nitem w \xe6\xbc\xa2\xe5\xad\x97 two columns each\nitem v " +
                 wide + "\nchoose a")
              .ok());
}

TEST_CASE_METHOD(TerminalFixture, "menu: hostile texts command nothing") {
    hand.then(
        [&] {
            CHECK(terminal.line(2) == "  c");
            CHECK(terminal.line(4) == "  red and moved");
            CHECK(terminal.line(5) == "  ab c??d??");
            CHECK(terminal.line(6) == "  ]0;title");
            CHECK(terminal.line(7) == "  dir1m");
            CHECK(terminal.line(8) == "");
            CHECK(terminal.cell(4, 3).foreground == 0);
        },
        '\r');
    CHECK(line("set esc:hex 1b ; set bell:hex 07:08:0d:0a:00:7f ; set bad:hex 80:c3").ok());
    CHECK(line("set title:hex 1b:5b:32:4a:1b:63 ; set osc:hex 1b:5d:30:3b ; set c1:hex c2:9b:31:6d")
              .ok());
    CHECK(line("set rtl:hex 64:e2:80:ae:69:72").ok());
    CHECK(script("menu ${title:string}\n"
                 "item 1 ${esc:string}[31mred${esc:string}[2;2H and "
                 "${esc:string}[?25lmoved${esc:string}[0\n"
                 "item 2 a${bell:string}b c${bad:string}d${bad:string}\n"
                 "item 3 ${osc:string}title\n"
                 "item 4 ${rtl:string}${c1:string}\nchoose x")
              .ok());
}

TEST_CASE_METHOD(BootFixture, "menu: a terminal that is narrow and low") {
    fakes::Terminal small(20, 40);
    Watcher hand(small);
    fake.group.add(small);
    fake.group.add(hand);
    for (int i = 0; i < 30; ++i) hand.key(platform::kKeyDown);
    hand.key('\r');
    CHECK(line("menu " + std::string(79, 't')).ok());
    for (int i = 0; i < 40; ++i)
        CHECK(line("item i" + std::to_string(i) + " " + std::string(70, 'x')).ok());
    CHECK(line("choose x").ok());
    CHECK(get("x") == "i30");
    CHECK(small.scrolled == 0);
    CHECK(small.refused.empty());
}
