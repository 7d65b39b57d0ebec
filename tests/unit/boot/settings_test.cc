#include "src/boot/settings.h"

#include <catch2/catch.hpp>
#include <string>

#include "src/boot/expansion.h"

using namespace kedge;
using namespace kedge::boot;

namespace {

struct SettingsFixture {
    std::string get(const char* name) {
        const Result<String> value = settings.get(name);
        return value.ok() ? std::string(value->c_str()) : "<none>";
    }
    void set(const char* name, const char* value) { REQUIRE(settings.set(name, value).ok()); }
    std::string expanded(const std::string& text) {
        const Result<String> out = expand({text.data(), text.size()}, settings);
        return out.ok() ? std::string(out->c_str()) : "<error>";
    }

    Settings settings;
};

/// A block whose only value is option 67.
class FileNameSource final : public SettingsSource {
  public:
    Result<void> fetch(const SettingKey& key, SettingValue& value) const override {
        if (key.tag != 67) return Error::not_found;
        return value.assign(StrView("from-source").bytes(), SettingType::string);
    }
};

}  // namespace

TEST_CASE_METHOD(SettingsFixture, "settings: types, names and tags") {
    SECTION("the type it was stored with is the default") {
        set("i:int32", "10");
        set("u:uint8", "10");
        CHECK(get("i") == "10");
        CHECK(get("u") == "0xa");
        CHECK(get("u:int8") == "10");
        CHECK(get("i:hex") == "00:00:00:0a");
    }
    SECTION("a predefined name has its type") {
        set("ip", "192.0.2.1");
        CHECK(get("ip") == "192.0.2.1");
        CHECK(get("ip:hexraw") == "c0000201");
        CHECK(settings.set("ip", "here").error() == Error::bad_format);
        CHECK(get("ip") == "192.0.2.1");
    }
    SECTION("number and name are the same setting") {
        set("67:string", "a.ipxe");
        CHECK(get("filename") == "a.ipxe");
        CHECK(get("0x43") == "a.ipxe");
        set("filename", "b.ipxe");
        CHECK(get("67:string") == "b.ipxe");
        set("175.189", "128");
        CHECK(get("san-drive") == "0x80");
        CHECK(get("175.189:uint8") == "0x80");
        set("210:string", "http://h/");
        CHECK(get("210") == "http://h/");
        CHECK(get("211") == "<none>");
    }
    SECTION("no value removes") {
        set("a", "1");
        set("a", "");
        CHECK(get("a") == "<none>");
        set("a", "1");
        REQUIRE(settings.clear("a").ok());
        CHECK(get("a") == "<none>");
        CHECK(settings.clear("nowhere/a").ok());
        CHECK(settings.clear("").error() == Error::invalid_argument);
        FileNameSource source;
        settings.make_block("net0").value()->set_source(&source);
        CHECK(settings.clear("net0/").error() == Error::invalid_argument);
        CHECK(settings.set("net0/", "x").error() == Error::invalid_argument);
        CHECK(settings.clear("net0/filename").ok());
        CHECK(get("net0/filename") == "<none>");
        settings.find_block("net0")->set_source(nullptr);
    }
    SECTION("unknown type, block, nonsense") {
        CHECK(settings.set("a:int64", "1").error() == Error::not_supported);
        CHECK(settings.get("net7/mac").error() == Error::not_found);
        CHECK(settings.get("").error() == Error::not_found);
        CHECK(settings.get("/").error() == Error::not_found);
        CHECK(settings.get(":").error() == Error::not_supported);
        CHECK(settings.get("...").error() == Error::not_found);
        CHECK_FALSE(settings.set("/", "x").ok());
        CHECK_FALSE(settings.set(":string", "x").ok());
        CHECK_FALSE(settings.set("a..b/x", "x").ok());
    }
    SECTION("the tree has a bottom") {
        std::string path = "a";
        for (int i = 0; i < 1000; ++i) path += ".a";
        path += "/x";
        CHECK(settings.set(path.c_str(), "1").error() == Error::too_large);
    }
}

TEST_CASE_METHOD(SettingsFixture, "settings: search order") {
    set("net0/a", "zero");
    set("net1/a", "one");
    set("net1.dhcp/b", "deep");

    CHECK(get("a") == "zero");
    CHECK(get("net1/a") == "one");
    CHECK(get("net1/b") == "deep");
    CHECK(get("net0/b") == "<none>");
    CHECK(get("b") == "deep");

    SECTION("the root hides, and shows again") {
        set("a", "root");
        CHECK(get("a") == "root");
        CHECK(get("net0/a") == "zero");
        REQUIRE(settings.clear("a").ok());
        CHECK(get("a") == "zero");
    }
    SECTION("higher priority goes first, equals keep their order") {
        set("net2/a", "two");
        set("net1/priority", "5");
        CHECK(get("a") == "one");
        set("net2/priority", "5");
        CHECK(get("a") == "one");
        set("net2/priority", "6");
        CHECK(get("a") == "two");
        set("net2/priority", "-1");
        set("net1/priority", "-2");
        CHECK(get("a") == "zero");
        set("net0/priority", "-128");
        CHECK(get("a") == "two");
    }
    SECTION("the priority of a child moves its parent") {
        set("net1.dhcp/priority", "1");
        CHECK(get("a") == "one");
    }
    SECTION("netX") {
        CHECK(get("netX/a") == "<none>");
        settings.set_newest_interface(settings.find_block("net1"));
        CHECK(get("netX/a") == "one");
        CHECK(get("netX.dhcp/b") == "deep");
        set("netX/c", "via X");
        CHECK(get("net1/c") == "via X");
    }
}

TEST_CASE_METHOD(SettingsFixture, "settings: a stored value hides the source's") {
    FileNameSource source;
    SettingsBlock* block = settings.make_block("net0.dhcp").value();
    block->set_source(&source);
    CHECK(get("filename") == "from-source");
    set("net0.dhcp/filename", "mine");
    CHECK(get("filename") == "mine");
    REQUIRE(settings.clear("net0.dhcp/filename").ok());
    CHECK(get("filename") == "<none>");
    block->clear_all();
    CHECK(get("net0/67") == "from-source");
    block->set_source(nullptr);
    CHECK(get("filename") == "<none>");
}

TEST_CASE_METHOD(SettingsFixture, "expansion") {
    set("a", "A");
    set("name", "a");
    set("spaces", "x  y");
    set("net0/mac", "52:54:00:00:00:01");
    set("literal", "$");

    struct Case {
        const char* text;
        const char* expanded;
    };
    const Case cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"${a}", "A"},
        {"x${a}y${a}z", "xAyAz"},
        {"${${name}}", "A"},  // from inside out
        {"${${name}${missing}}", "A"},
        {"${missing}", ""},
        {"${nowhere/a}", ""},
        {"${a:nosuchtype}", ""},
        {"${a:ipv4}", ""},  // cannot be printed as that
        {"${}", ""},
        {"${spaces}", "x  y"},
        {"${net0/mac:hexhyp}", "52-54-00-00-00-01"},
        {"${a", "${a"},  // never ended
        {"${a${name}", "${aa"},
        {"$a {a} $", "$a {a} $"},
        {"}", "}"},
        {"}${a}", "}A"},
        {"$${a}", "$A"},
        {"${literal}{a}", "A"},  // the result is looked at again
        {"${a:hex}", "41"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.text);
        CHECK(expanded(one.text) == one.expanded);
    }
}

TEST_CASE_METHOD(SettingsFixture, "expansion: what feeds on itself ends") {
    set("self", "${self}");
    CHECK(expand("${self}", settings).error() == Error::too_large);
    set("grow", "xx${grow}${grow}");
    CHECK(expand("${grow}", settings).error() == Error::too_large);
    set("ping", "${pong}");
    set("pong", "${ping}");
    CHECK(expand("${ping}", settings).error() == Error::too_large);

    const std::string big(kMaxExpandedSize, 'x');
    REQUIRE(settings.set("big", {big.data(), big.size()}).ok());
    CHECK(expanded("${big}") == big);
    CHECK(expand("${big}y", settings).error() == Error::too_large);
}
