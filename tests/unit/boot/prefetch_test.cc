// Files that begin before their line runs, and scripts that cannot tell.
#include "boot_fixture.h"
#include "src/boot/download.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

struct Files : BootFixture {
    Files() {
        for (const char* name : {"k", "i1", "i2", "i3", "i4"}) {
            fake.fetcher.files["http://h/d/" + std::string(name)] = {
                .body = std::string("KERNEL ") + name, .chunk = 3};
        }
    }
    std::vector<std::string> asked() {
        std::vector<std::string> names;
        for (const std::string& uri : fake.fetcher.requests) {
            names.push_back(uri.substr(uri.rfind('/') + 1));
        }
        return names;
    }
    std::vector<std::string> images() {
        std::vector<std::string> names;
        for (const Image& image : session.images.images()) names.push_back(text(image.name()));
        return names;
    }
    using Names = std::vector<std::string>;
};

}  // namespace

TEST_CASE_METHOD(Files, "prefetch: side by side, and in order all the same") {
    CHECK(script("kernel -q k root=/x\ninitrd -q i1\ninitrd -q --name two i2 /etc/x\nboot\n").ok());
    CHECK(asked() == Names{"k", "i1", "i2"});
    REQUIRE(fake.loader.starts.size() == 1);
    CHECK(fake.loader.starts[0].command_line == "root=/x");
    CHECK(fake.loader.starts[0].initrds == Names{"i1", "two"});
    CHECK(output().empty());
}

TEST_CASE_METHOD(Files, "prefetch: the next files begin before the first has ended") {
    fake.fetcher.files["http://h/d/k"].stall = true;
    CHECK(script("imgfetch --timeout 100 k || goto end\ninitrd i1\n\n# x\n:label initrd i2 || "
                 "shell\necho x\nimgargs k y\ninitrd i3\ninitrd i4\n:end\n")
              .ok());
    // Four in flight at most.
    CHECK(asked() == Names{"k", "i1", "i2", "i3"});
    CHECK(images().empty());
    CHECK(session.prefetch.idle());
    CHECK(fake.image_memory.used() == 0);
}

TEST_CASE_METHOD(Files, "prefetch: only where nothing can change what follows") {
    const auto begun = [&](const std::string& rest) {
        fake.fetcher.requests.clear();
        fake.fetcher.files["http://h/d/k"].stall = true;
        // An image that is there would be used as it is.
        IGNORE_RESULT(line("imgfree"));
        IGNORE_RESULT(script("kernel --timeout 10 k " + rest));
        return asked();
    };
    CHECK(begun("&& initrd i1 && boot\n") == Names{"k", "i1"});
    CHECK(begun("|| initrd i1\n") == Names{"k", "i1"});  // because it failed
    CHECK(begun("|| goto x\ninitrd i1\n") == Names{"k", "i1"});
    CHECK(begun("; initrd i1\ninitrd i2 # initrd i3\n") == Names{"k", "i1", "i2"});
    CHECK(begun("\nset x y\ninitrd i1\n") == Names{"k"});
    CHECK(begun("&& set x y\ninitrd i1\n") == Names{"k"});
    CHECK(begun("\ngoto x\ninitrd i1\n") == Names{"k"});
    CHECK(begun("\niseq a b && initrd i1\n") == Names{"k"});
    CHECK(begun("\nboot\ninitrd i1\n") == Names{"k"});
    CHECK(begun("\ninitrd i1##params\ninitrd i2\n") == Names{"k"});
    CHECK(begun("\ninitrd --bad i1\n") == Names{"k"});
    CHECK(begun("\ninitrd gopher://h/x\ninitrd i2\n") == Names{"k", "i2"});
    CHECK(begun("\ninitrd i1\ninitrd i1\n") == Names{"k", "i1"});
    IGNORE_RESULT(line("imgfree"));
    CHECK(fake.image_memory.used() == 0);
}

TEST_CASE_METHOD(Files, "prefetch: a file that failed early is asked for anew, by its line") {
    fake.fetcher.files["http://h/d/k"].chunk = 1;
    fake.fetcher.files["http://h/d/i1"] = {
        .body = "", .announce = false, .failure = Error::not_found};
    CHECK(script("imgfetch -q k\ninitrd i1 || echo no\ninitrd -q i2\n").ok());
    CHECK(output() == "GET http://h/d/i1: 404 Not Found\nno\n");
    CHECK(asked() == Names{"k", "i1", "i2", "i1"});
    CHECK(images() == Names{"k", "i2"});
}

TEST_CASE_METHOD(Files, "prefetch: one that is for nobody is given up") {
    fake.fetcher.files["http://h/d/i1"].stall = true;
    SECTION("at a goto") {
        CHECK(script("kernel -q k && goto x\n:y\ninitrd i1\n:x\nsleep 0\n").ok());
    }
    SECTION("by a changed setting") {
        CHECK(script("set n i1\nkernel -q k || set n i2\ninitrd -q missing || set n i2\n"
                     "initrd -q ${n}\n")
                  .ok());
        CHECK(asked().back() == "i2");
        CHECK(images() == Names{"k", "i2"});
    }
    SECTION("by the script's end") {
        CHECK(script("kernel -q k && exit\ninitrd i1\n").ok());
        CHECK(asked() == Names{"k"});
    }
    CHECK(session.prefetch.idle());
}

TEST_CASE_METHOD(Files, "prefetch: memory for the next files does not fail the first") {
    fake.image_memory.limit = 5000;
    fake.fetcher.files["http://h/d/i1"] = {.body = std::string(3000, 'i'), .chunk = 3000};
    fake.fetcher.files["http://h/d/i2"] = {.body = std::string(1000, 'i'), .chunk = 10};
    fake.fetcher.files["http://h/d/k"] = {.body = std::string(3000, 'k'), .chunk = 1};
    fake.fetcher.files["http://h/d/k"].announce = true;
    CHECK(script("imgfetch -q k\ninitrd i1 || echo later\ninitrd -q i2\n").ok());
    CHECK(output() ==
          "GET http://h/d/i1: the file cannot be taken\nhttp://h/d/i1: 3.0 kB do not fit into the "
          "memory of this machine\nlater\n");
    CHECK(images() == Names{"k", "i2"});
}

TEST_CASE_METHOD(Files, "prefetch: progress begins where the transfer began") {
    fake.fetcher.files["http://h/d/k"] = {.body = std::string(4'000'000, 'k'), .chunk = 4000};
    fake.fetcher.files["http://h/d/i1"] = {.body = std::string(2'000'000, 'i'), .chunk = 4000};
    fake.clock.tick = Duration::us(500);
    CHECK(script("imgfetch k\ninitrd i1\n").ok());
    const std::string printed = output();
    const auto rate = [&](const std::string& name) {
        const size_t at = printed.find("http://h/d/" + name + ": ");
        REQUIRE(at != std::string::npos);
        return printed.substr(at, printed.find('\n', at) - at);
    };
    // Half the size in half the time: the same rate, although its line took no time at all.
    CHECK(rate("i1").substr(rate("i1").rfind(',')) == rate("k").substr(rate("k").rfind(',')));
}
