#include "src/boot/command_line.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "src/boot/options.h"

using namespace kedge;
using namespace kedge::boot;

namespace {

/// Records each command as "[word][word]"; `ok` succeeds, `no` fails, `stop` ends the line.
class Recorder final : public CommandRunner {
  public:
    Result<void> run_command(std::span<const String> words) override {
        for (const String& word : words) ran += "[" + std::string(word.c_str()) + "]";
        ran += " ";
        if (words[0].view() == "stop") stopped_ = true;
        if (words[0].view() == "no") return Error::command_failed;
        return {};
    }
    bool stopped() const override { return stopped_; }

    std::string ran;

  private:
    bool stopped_ = false;
};

}  // namespace

TEST_CASE("command line: words, operators, comments") {
    Settings settings;
    REQUIRE(settings.set("two", "a b").ok());
    REQUIRE(settings.set("or", "||").ok());
    REQUIRE(settings.set("cmd", "ok").ok());

    struct Case {
        const char* line;
        const char* ran;
        bool success;
    };
    const Case cases[] = {
        {"", "", true},
        {"   \t ", "", true},
        {"ok", "[ok] ", true},
        {"  ok\ta  b ", "[ok][a][b] ", true},
        {"ok \"a b\"", "[ok][\"a][b\"] ", true},  // no quotes
        {"ok a\\ b", "[ok][a\\][b] ", true},      // no escapes
        {"ok a||b", "[ok][a||b] ", true},
        {"ok a&&b;c", "[ok][a&&b;c] ", true},
        {"no || ok", "[no] [ok] ", true},
        {"ok || ok 2", "[ok] ", true},
        {"ok && ok 2", "[ok] [ok][2] ", true},
        {"no && ok", "[no] ", false},
        {"no ; ok", "[no] [ok] ", true},
        {"no ;", "[no] ", true},
        {"no ||", "[no] ", true},  // the idiom for "never mind"
        {"no &&", "[no] ", false},
        {"ok ||", "[ok] ", true},
        {"|| ok", "", true},  // nothing succeeded: the right side is skipped
        {"&& ok", "[ok] ", true},
        {"no && ok || ok 3", "[no] [ok][3] ", true},  // strictly from left to right
        {"ok && no || ok 3", "[ok] [no] [ok][3] ", true},
        {"ok || ok 2 && ok 3", "[ok] [ok][3] ", true},
        {"# ok", "", true},
        {"#ok", "", true},
        {"ok # no", "[ok] ", true},
        {"ok #no", "[ok] ", true},
        {"ok a#b", "[ok][a#b] ", true},
        {"no # || ok", "[no] ", false},
        {"no || # ok", "[no] ", true},
        {"ok ${two}", "[ok][a b] ", true},        // stays one word
        {"no ${or} ok", "[no][||][ok] ", false},  // is no operator
        {"ok ${missing} x", "[ok][][x] ", true},  // stays a word
        {"${cmd} 1", "[ok][1] ", true},
        {"ok ${two", "[ok][${two] ", true},
        {"stop && ok", "[stop] ", true},
        {"stop ; ok", "[stop] ", true},
        {"ok http://h/a?b=1&c=2;d", "[ok][http://h/a?b=1&c=2;d] ", true},
    };
    for (const Case& one : cases) {
        CAPTURE(one.line);
        Recorder recorder;
        CHECK(run_line(one.line, settings, recorder).ok() == one.success);
        CHECK(recorder.ran == one.ran);
    }
}

TEST_CASE("command line: what is skipped is not expanded") {
    Settings settings;
    REQUIRE(settings.set("self", "${self}").ok());
    Recorder recorder;
    CHECK(run_line("no && ok ${self} || ok", settings, recorder).ok());
    CHECK(recorder.ran == "[no] [ok] ");
    CHECK(run_line("ok ${self}", settings, recorder).error() == Error::too_large);
    CHECK(run_line("ok ${self} || ok after", settings, recorder).ok());
}

TEST_CASE("options") {
    static constexpr OptionSpec kSpecs[] = {
        {"name", 'n', true}, {"timeout", 't', true}, {"quiet", 'q', false}};
    struct Case {
        std::vector<const char*> words;
        bool good;
        const char* name;  // "-": not given
        bool quiet;
        const char* first;  // first argument; "-": none
    };
    const Case cases[] = {
        {{"c"}, true, "-", false, "-"},
        {{"c", "a", "b"}, true, "-", false, "a"},
        {{"c", "--name", "x", "a"}, true, "x", false, "a"},
        {{"c", "--name=x", "a"}, true, "x", false, "a"},
        {{"c", "--name=", "a"}, true, "", false, "a"},
        {{"c", "--name", "", "a"}, true, "", false, "a"},
        {{"c", "-n", "x"}, true, "x", false, "-"},
        {{"c", "-nx"}, true, "x", false, "-"},
        {{"c", "-qnx"}, true, "x", true, "-"},
        {{"c", "-q", "a", "--name", "x"}, true, "-", true, "a"},  // text begins at the first other
        {{"c", "a", "-q"}, true, "-", false, "a"},
        {{"c", "--", "-q"}, true, "-", false, "-q"},
        {{"c", "-", "-q"}, true, "-", false, "-"},
        {{"c", "", "-q"}, true, "-", false, ""},
        {{"c", "--nam", "x"}, false, "", false, ""},  // no abbreviations
        {{"c", "--name"}, false, "", false, ""},
        {{"c", "-n"}, false, "", false, ""},
        {{"c", "--quiet=1"}, false, "", false, ""},
        {{"c", "-x"}, false, "", false, ""},
        {{"c", "--what"}, false, "", false, ""},
    };
    for (const Case& one : cases) {
        Vector<String> words;
        std::string all;
        for (const char* word : one.words) {
            REQUIRE(words.push_back(String::from(word).value()).ok());
            all += std::string(word) + " ";
        }
        CAPTURE(all);
        Invocation call;
        CHECK(call.parse(words.span(), kSpecs).ok() == one.good);
        if (!one.good) {
            CHECK(call.problem() == one.words[1]);
            continue;
        }
        CHECK(call.value("name").value_or("-") == one.name);
        CHECK(call.has("quiet") == one.quiet);
        CHECK((call.count() > 0 ? call.argument(0) : StrView("-")) == one.first);
    }
}
