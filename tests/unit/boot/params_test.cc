// params and param, and what goes with a request.
#include "boot_fixture.h"

using namespace kedge;
using namespace kedge::boot;
using namespace kedge::boot::test;

namespace {

struct Requests : BootFixture {
    Requests() { fake.fetcher.files["http://h/p?x=1"] = {.body = "x"}; }
    const fakes::Extras& extras() { return fake.fetcher.last_extras; }
};

}  // namespace

TEST_CASE_METHOD(Requests, "params: a form goes with the one request that names it") {
    REQUIRE(line("set s a b/ü").ok());
    REQUIRE(line("params").ok());
    REQUIRE(line("param mac 52:54:00").ok());
    REQUIRE(line("param s ${s}   c").ok());
    REQUIRE(line("param empty").ok());
    REQUIRE(line("imgfetch -q http://h/p?x=1##params").ok());
    CHECK(fake.fetcher.requests.back() == "http://h/p?x=1");
    CHECK(extras().has_form);
    CHECK(extras().form == "mac=52%3A54%3A00&s=a%20b%2F%C3%BC%20c&empty=");
    CHECK(extras().method == "");
    // Used up.
    REQUIRE(line("imgfetch -q http://h/p?x=1##params").ok());
    CHECK(!extras().has_form);
}

TEST_CASE_METHOD(Requests, "params: names, methods, headers") {
    REQUIRE(line("params --name a --method PUT").ok());
    REQUIRE(line("params -n b").ok());
    REQUIRE(line("param --params a k v").ok());
    REQUIRE(line("param -p b --header X-One 1 2").ok());
    REQUIRE(line("imgfetch -q http://h/p?x=1##params=b").ok());
    CHECK(extras().headers == "X-One: 1 2\r\n");
    CHECK(!extras().has_form);
    REQUIRE(line("imgfetch -q http://h/p?x=1##params=a").ok());
    CHECK(extras().method == "PUT");
    CHECK(extras().form == "k=v");
}

TEST_CASE_METHOD(Requests, "params: what cannot be") {
    CHECK(line("param k v").error() == Error::not_found);
    CHECK(fake.console.printed("there is no parameter list \"\""));
    REQUIRE(line("params && params --delete").ok());
    CHECK(line("param k v").error() == Error::not_found);
    CHECK(line("params --method A:B").error() == Error::invalid_argument);
    REQUIRE(line("params").ok());
    CHECK(line("param --header a:b c").error() == Error::bad_format);
    REQUIRE(session.settings.set("crlf", "x\r\nEvil: 1").ok());
    CHECK(line("param --header a ${crlf}").error() == Error::bad_format);
    CHECK(line("param --header ${none} c").error() == Error::bad_format);
    // A second list of a name replaces the first.
    REQUIRE(line("param k v && params").ok());
    REQUIRE(line("imgfetch -q http://h/p?x=1##params").ok());
    CHECK(extras().form == "");
}

TEST_CASE_METHOD(Requests, "requests: mirrors and the settings' user") {
    REQUIRE(line("set username me && set password secret").ok());
    REQUIRE(session.cwuri.assign("http://h/d/x.ipxe").ok());
    fake.fetcher.files["http://h/d/f"] = {.body = "x"};
    REQUIRE(line("imgfetch -q --mirror http://b/f -m ../f f").ok());
    CHECK(extras().mirrors == std::vector<std::string>{"http://b/f", "http://h/f"});
    CHECK(extras().user == "me");
    CHECK(extras().password == "secret");
}

TEST_CASE_METHOD(Requests, "requests: user and password are not shown") {
    fake.fetcher.files["http://me:secret@h/f"] = {.body = "x"};
    REQUIRE(line("imgfetch http://me:secret@h/f").ok());
    CHECK(output().find("secret") == std::string::npos);
}
