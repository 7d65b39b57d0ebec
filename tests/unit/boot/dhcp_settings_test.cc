#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "net/wire/dhcp.h"
#include "src/boot/setting_sources.h"

using namespace kedge;
using namespace kedge::boot;
using namespace std::string_literals;

namespace {

/// A packet with raw options, so that what a writer would refuse can be tested too.
std::vector<u8> packet(std::vector<u8> options, const std::string& file = "",
                       const std::string& sname = "") {
    std::vector<u8> out(236);
    out[0] = 2;
    out[1] = 1;
    out[2] = 6;
    const u8 yiaddr[] = {192, 0, 2, 5};
    const u8 siaddr[] = {192, 0, 2, 9};
    std::copy(yiaddr, yiaddr + 4, out.begin() + 16);
    std::copy(siaddr, siaddr + 4, out.begin() + 20);
    std::copy(sname.begin(), sname.end(), out.begin() + 44);
    std::copy(file.begin(), file.end(), out.begin() + 108);
    for (u8 byte : {0x63, 0x82, 0x53, 0x63}) out.push_back(byte);
    out.insert(out.end(), options.begin(), options.end());
    return out;
}

std::string get(const std::vector<u8>& raw, const char* name) {
    DhcpSettings source;
    REQUIRE(source.assign(raw).ok());
    Settings settings;
    settings.make_block("net0.dhcp").value()->set_source(&source);
    const Result<String> value = settings.get(name);
    const std::string out = value.ok() ? value->c_str() : "<none>";
    settings.find_block("net0.dhcp")->set_source(nullptr);
    return out;
}

void add(std::vector<u8>& options, u8 code, const std::string& value) {
    options.push_back(code);
    options.push_back(static_cast<u8>(value.size()));
    options.insert(options.end(), value.begin(), value.end());
}

}  // namespace

TEST_CASE("dhcp settings: fields and options") {
    std::vector<u8> options;
    add(options, 53, "\x05");
    add(options, 54, "\xc0\x00\x02\x01"s);
    add(options, 3, "\xc0\x00\x02\x02\xc0\x00\x02\x03"s);
    add(options, 17, "iscsi:x");
    add(options, 128, std::string("site\0", 5));
    add(options, 43,
        std::string("\x06\x01\x08\x09\x03"
                    "abc",
                    8));
    add(options, 175,
        std::string("\xbd\x01\x80\x51\x04"
                    "echo",
                    9));
    options.push_back(255);
    const auto raw = packet(options, "from-file", "boothost");

    CHECK(get(raw, "net0.dhcp/ip") == "192.0.2.5");
    CHECK(get(raw, "next-server") == "192.0.2.9");
    CHECK(get(raw, "dhcp-server") == "192.0.2.1");
    CHECK(get(raw, "gateway") == "192.0.2.2");
    CHECK(get(raw, "3:hex") == "c0:00:02:02:c0:00:02:03");
    CHECK(get(raw, "root-path") == "iscsi:x");
    CHECK(get(raw, "filename") == "from-file");
    CHECK(get(raw, "67:string") == "from-file");
    CHECK(get(raw, "66:string") == "boothost");
    CHECK(get(raw, "128:string") == "site");
    CHECK(get(raw, "43.9:hex") == "61:62:63");
    CHECK(get(raw, "43.6:uint8") == "0x8");
    CHECK(get(raw, "43.7:hex") == "<none>");
    CHECK(get(raw, "175.189:uint8") == "0x80");
    CHECK(get(raw, "san-drive") == "0x80");
    CHECK(get(raw, "scriptlet") == "echo");
    CHECK(get(raw, "119") == "<none>");
    CHECK(get(raw, "175.1.1") == "<none>");
    CHECK(get(raw, "1000") == "<none>");
}

TEST_CASE("dhcp settings: option 67 wins, long options are joined, ends are respected") {
    std::vector<u8> options;
    add(options, 67, "http://h/");
    add(options, 12, "host");
    add(options, 67, "more.ipxe");
    options.push_back(255);
    add(options, 15, "behind the end");
    const auto raw = packet(options, "from-file");
    CHECK(get(raw, "hostname") == "host");
    CHECK(get(raw, "domain") == "<none>");

    std::vector<u8> longer;
    add(longer, 17, std::string(255, 'a'));
    add(longer, 17, "tail");
    CHECK(get(packet(longer), "root-path") == std::string(255, 'a') + "tail");

    std::vector<u8> only;
    add(only, 67, "http://h/x");
    CHECK(get(packet(only, "from-file"), "filename") == "http://h/x");
    CHECK(get(packet({}), "filename") == "<none>");
    CHECK(get(packet({67, 200, 'a'}), "filename") == "<none>");
    CHECK(get(packet({175, 2, 0xbd, 9}), "san-drive") == "<none>");
}

TEST_CASE("dhcp settings: an option goes on in file and sname (RFC 2131 section 4.1, RFC 3396)") {
    std::vector<u8> options;
    add(options, 52, "\x03");
    add(options, 67, "http://h/");
    add(options, 175, "\xbe\x08some");
    options.push_back(255);
    const auto raw = packet(options,
                            "\x43\x02"
                            "a/\xaf\x02"
                            "bo\xff",
                            "\x43\x01"
                            "b\xaf\x02"
                            "dy");
    CHECK(get(raw, "filename") == "http://h/a/b");
    CHECK(get(raw, "username") == "somebody");
    CHECK(get(raw, "66") == "<none>");
    // An overload option inside an overloaded field means nothing.
    CHECK(get(packet({52, 1, 1},
                     "\x34\x01\x02\x0f\x01"
                     "d",
                     "sname"),
              "domain") == "d");
}

TEST_CASE("dhcp settings: what is no packet") {
    DhcpSettings source;
    CHECK_FALSE(source.assign({}).ok());
    CHECK_FALSE(source.assign(std::vector<u8>(240)).ok());
    SettingValue value;
    CHECK(source.fetch(SettingKey::of("ip"), value).error() == Error::not_found);
}
