#include "proto/uri.h"

#include <catch2/catch.hpp>
#include <ostream>
#include <random>
#include <string>

#include "proto/failure.h"

using namespace kedge;
using kedge::proto::percent_decode;
using kedge::proto::Uri;

namespace {

std::string str(StrView view) { return {view.data(), view.size()}; }

std::string resolved(const char* base, const char* text) {
    const Result<Uri> from = Uri::parse(base);
    REQUIRE(from.ok());
    const Result<Uri> uri = Uri::resolve(*from, text);
    return uri.ok() ? str(uri->text()) : "error";
}

}  // namespace

TEST_CASE("URI: every component") {
    const Uri uri = *Uri::parse("HTTP://me:pw@Host.example:8080/a%20b/c?q=%41&r#frag");
    CHECK(str(uri.scheme()) == "HTTP");
    CHECK(str(uri.user_info()) == "me:pw");
    CHECK(str(uri.host()) == "Host.example");
    CHECK(uri.port(80) == 8080);
    CHECK(str(uri.path()) == "/a%20b/c");
    CHECK(str(uri.query()) == "q=%41&r");
    CHECK(uri.has_query());
    CHECK(uri.has_authority());
    const Uri copy = *uri.clone();
    CHECK(str(copy.text()) == str(uri.text()));
    CHECK(str(copy.query()) == "q=%41&r");
}

TEST_CASE("URI: what is absent is empty") {
    const Uri uri = *Uri::parse("tftp://10.0.0.1");
    CHECK(uri.path().empty());
    CHECK(!uri.has_query());
    CHECK(!uri.has_port());
    CHECK(uri.port(69) == 69);
    CHECK(uri.user_info().empty());

    CHECK(Uri::parse("http://h:/")->port(80) == 80);
    CHECK(Uri::parse("http://h?")->has_query());
    CHECK(str(Uri::parse("http://h?q")->host()) == "h");
    CHECK(str(Uri::parse("http://h#/x")->host()) == "h");
    const Uri opaque = *Uri::parse("iscsi:10.0.0.1::::iqn.x:y");
    CHECK(!opaque.has_authority());
    CHECK(str(opaque.path()) == "10.0.0.1::::iqn.x:y");
}

TEST_CASE("URI: IPv6 literals") {
    const Uri uri = *Uri::parse("tftp://[2001:db8::1]:6969/f");
    CHECK(str(uri.host()) == "2001:db8::1");
    CHECK(uri.port(69) == 6969);
    CHECK(Uri::parse("tftp://[::1]")->port(69) == 69);
    CHECK(Uri::parse("tftp://[::1/f").error() == Error::bad_format);
    CHECK(Uri::parse("tftp://[::1]x/f").error() == Error::bad_format);
}

TEST_CASE("URI: refused texts") {
    for (const char* text :
         {"", "file", "/a/b", "//h/a", ":x", "1a:b", "a b:c", "http//h", "http://h:0/",
          "http://h:65536/", "http://h:8x/", "http://h:-1/", "http://h:99999999999999999999/",
          "http://h/a\r\nHost: evil", "http://h/\tx", "http://h/\x7f"}) {
        INFO(text);
        CHECK(Uri::parse(text).error() == Error::bad_format);
    }
    CHECK(Uri::parse(StrView("http://h/\0x", 11)).error() == Error::bad_format);
    const std::string huge = "http://h/" + std::string(70000, 'a');
    CHECK(Uri::parse(huge.c_str()).error() == Error::too_large);
}

TEST_CASE("URI: the last @ ends the user part") {
    const Uri uri = *Uri::parse("http://a@b:c@d/");
    CHECK(str(uri.user_info()) == "a@b:c");
    CHECK(str(uri.host()) == "d");
}

TEST_CASE("URI: RFC 3986 section 5.4") {
    const char* base = "http://a/b/c/d;p?q";
    const std::pair<const char*, const char*> table[] = {
        // 5.4.1
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        // 5.4.2
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
        {"http:g", "http:g"},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        CHECK(resolved(base, text) == expected);
    }
}

TEST_CASE("URI: further references") {
    CHECK(resolved("http://h", "g") == "http://h/g");
    CHECK(resolved("http://h?q", "g") == "http://h/g");
    CHECK(resolved("http://u@h:8080/d/a.ipxe", "b") == "http://u@h:8080/d/b");
    CHECK(resolved("tftp://h/a", "//g/x") == "tftp://g/x");
    CHECK(resolved("http://h/a", "http://x/a/../b") == "http://x/a/../b");  // as it was written
    CHECK(resolved("http://h/a", "b:99/c") == "b:99/c");
    CHECK(resolved("http://h/a", "b c") == "http://h/b c");
    CHECK(resolved("http://h/a", "x\ny") == "error");
    CHECK(resolved("mailto:joe", "ann") == "mailto:ann");
    CHECK(resolved("http://h/a%2fb/c", "d%2f..") == "http://h/a%2fb/d%2f..");
}

TEST_CASE("URI: percent decoding") {
    CHECK(str(*percent_decode("")) == "");
    CHECK(str(*percent_decode("a%20%41%7E%2f")) == "a A~/");
    CHECK(percent_decode("%00")->size() == 1);
    for (const char* broken : {"%", "%4", "a%", "%g1", "%1g", "%%20"}) {
        INFO(broken);
        CHECK(percent_decode(broken).error() == Error::bad_format);
    }
}

TEST_CASE("URI: random texts neither crash nor yield views outside the text") {
    std::mt19937 random(3);
    const std::string alphabet = "ab:/?#@[].%2 -";
    for (int round = 0; round < 50000; ++round) {
        std::string text = random() % 2 != 0 ? "http://" : "";
        for (size_t i = random() % 20; i > 0; --i) text += alphabet[random() % alphabet.size()];
        const Uri base = *Uri::parse("http://h/x/y?z");
        const Result<Uri> relative = Uri::resolve(base, StrView(text.data(), text.size()));
        if (relative.ok()) REQUIRE(Uri::parse(relative->text()).ok());
        const Result<Uri> uri = Uri::parse(StrView(text.data(), text.size()));
        if (!uri.ok()) continue;
        REQUIRE(str(uri->text()) == text);
        REQUIRE(uri->scheme().size() + uri->user_info().size() + uri->host().size() +
                    uri->path().size() + uri->query().size() <=
                text.size());
    }
}

TEST_CASE("Failure: one sentence of what is known") {
    const auto print = [](const proto::Failure& failure) {
        Text<512> text;
        format_to(text, failure);
        return str(text.view());
    };
    proto::Failure failure;
    CHECK(print(failure).empty());
    failure.cause.put("404 Not Found");
    CHECK(print(failure) == "404 Not Found");
    failure.stage.put("HTTP GET http://10.0.0.1/k");
    failure.peer.put("10.0.0.1:80");
    failure.hint.put("check the path");
    CHECK(print(failure) ==
          "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: 404 Not Found (check the path)");
}
