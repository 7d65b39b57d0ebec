#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "src/boot/setting_type.h"

using namespace kedge;
using namespace kedge::boot;

namespace {

std::string print(const char* type, std::vector<u8> raw) {
    String out;
    const Result<void> printed = print_setting(find_setting_type(type).value(), raw, out);
    return printed.ok() ? std::string(out.c_str()) : "<error>";
}

std::string read(const char* type, const std::string& value) {
    Vector<u8> raw;
    const StrView text(value.data(), value.size());
    if (!read_setting(find_setting_type(type).value(), text, raw).ok()) return "<error>";
    String out;
    REQUIRE(print_setting(SettingType::hexraw, raw.span(), out).ok());
    return out.c_str();
}

const std::vector<u8> kUuid = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                               0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

}  // namespace

TEST_CASE("setting types: printed forms") {
    struct Case {
        const char* type;
        std::vector<u8> raw;
        const char* printed;
    };
    const Case cases[] = {
        {"string", {'a', ' ', 'b'}, "a b"},
        {"string", {'a', 0, 'b'}, "a"},  // a server sent its NUL along
        {"string", {}, ""},
        {"uristring", {'a', ' ', '/', '&', 0xe4, '~'}, "a%20%2f%26%e4~"},
        {"ipv4", {192, 0, 2, 1}, "192.0.2.1"},
        {"ipv4", {192, 0, 2, 1, 192, 0, 2, 2}, "192.0.2.1"},
        {"ipv4", {192, 0, 2}, "<error>"},
        {"int8", {0xff}, "-1"},
        {"int16", {0x7f, 0xff}, "32767"},
        {"int32", {0xff}, "-1"},
        {"int32", {0x80, 0, 0, 0}, "-2147483648"},
        {"int32", {0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}, "-2"},
        {"int32", {1, 0, 0, 0, 0, 0}, "<error>"},
        {"int32", {0x52, 0x54, 0, 0x12, 0x34, 0x56}, "<error>"},
        {"int32", {}, "0"},
        {"uint8", {0}, "0"},
        {"uint8", {5}, "0x5"},
        {"uint16", {0x05, 0xdc}, "0x5dc"},
        {"uint32", {0xff, 0xff, 0xff, 0xff}, "0xffffffff"},
        {"hex", {0x52, 0x54, 0x0a}, "52:54:0a"},
        {"hexhyp", {0x52, 0x54, 0x0a}, "52-54-0a"},
        {"hexraw", {0x52, 0x54, 0x0a}, "52540a"},
        {"hex", {}, ""},
        {"base64", {'M', 'a', 'n'}, "TWFu"},
        {"base64", {'M', 'a'}, "TWE="},
        {"base64", {'M'}, "TQ=="},
        {"base64", {}, ""},
        {"uuid", kUuid, "00112233-4455-6677-8899-aabbccddeeff"},
        {"guid", kUuid, "33221100-5544-7766-8899-aabbccddeeff"},
        {"uuid", {1, 2, 3}, "<error>"},
        {"busdevfn", {0x00, 0x18}, "0000:00:03.0"},
        {"ipv6", {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "2001:db8::1"},
        {"ipv6", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "::"},
        {"ipv6", {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, "fe80::1:0:0:0"},
        {"ipv6", {0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0}, "1:0:2::3:0:0"},
        {"ipv6", {0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0xab, 6, 0, 7}, "1:0:2:3:4:5:ab06:7"},
        {"ipv6", {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 0, 0, 0}, "1:2:3:4:5:6::"},
        {"ipv6", {1, 2, 3, 4}, "<error>"},
        {"busdevfn", {0x00, 0x01, 0x02, 0xff}, "0001:02:1f.7"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.type, one.printed);
        CHECK(print(one.type, one.raw) == one.printed);
    }
    CHECK_FALSE(find_setting_type("int64"));
    CHECK_FALSE(find_setting_type(""));
}

TEST_CASE("setting types: values read from text") {
    struct Case {
        const char* type;
        const char* text;
        const char* raw;
    };
    const Case cases[] = {
        {"string", "a b", "612062"},
        {"ipv4", "192.0.2.1", "c0000201"},
        {"ipv4", "192.0.2", "<error>"},
        {"uristring", "a%20b", "612062"},
        {"uristring", "a%2", "<error>"},
        {"ipv6", "::", "00000000000000000000000000000000"},
        {"ipv6", "2001:DB8::1", "20010db8000000000000000000000001"},
        {"ipv6", "1:2:3:4:5:6:7:8", "00010002000300040005000600070008"},
        {"ipv6", "::ffff:192.0.2.1", "00000000000000000000ffffc0000201"},
        {"ipv6", "1::", "00010000000000000000000000000000"},
        {"ipv6", "1:2:3:4:5:6:7:8:9", "<error>"},
        {"ipv6", "1:2:3:4:5:6:7", "<error>"},
        {"ipv6", "1:2:3:4::5:6:7:8", "<error>"},
        {"ipv6", "1::2::3", "<error>"},
        {"ipv6", ":1::", "<error>"},
        {"ipv6", "1::2:", "<error>"},
        {"ipv6", "12345::", "<error>"},
        {"ipv6", "192.0.2.1", "<error>"},
        {"ipv6", "g::", "<error>"},
        {"busdevfn", "0000:00:03.0", "00000018"},
        {"busdevfn", "1f:1f.7", "00001fff"},
        {"busdevfn", "0001:02:03.4", "0001021c"},
        {"busdevfn", "03.0", "<error>"},
        {"busdevfn", "00:20.0", "<error>"},
        {"busdevfn", "00:03", "<error>"},
        {"busdevfn", ":::::.", "<error>"},
        {"ipv4", "192.0.2.256", "<error>"},
        {"int8", "-1", "ff"},
        {"int8", "010", "08"},  // octal
        {"uint8", "0xff", "ff"},
        {"int16", "258", "0102"},
        {"int32", "1", "00000001"},
        {"int32", "1x", "<error>"},
        {"int32", "", "<error>"},
        {"int32", "-", "<error>"},
        {"int32", "99999999999999999999999", "<error>"},
        {"hex", "01:02:fF", "0102ff"},
        {"hex", "0102", "<error>"},
        {"hex", "01:", "<error>"},
        {"hex", "1", "<error>"},
        {"hexhyp", "01-02", "0102"},
        {"hexraw", "0102", "0102"},
        {"hexraw", "01:02", "<error>"},
        {"base64", "TWE=", "4d61"},
        {"base64", "TWFu", "4d616e"},
        {"base64", "T", "<error>"},
        {"base64", "T*E=", "<error>"},
        {"uuid", "00112233-4455-6677-8899-aabbccddeeff", "00112233445566778899aabbccddeeff"},
        {"guid", "33221100-5544-7766-8899-aabbccddeeff", "00112233445566778899aabbccddeeff"},
        {"uuid", "00112233-4455-6677-8899-aabbccddeef", "<error>"},
        {"uuid", "00112233445566778899aabbccddeeff", "<error>"},
        {"uuid", "00112233-4455-6677-8899-aabbccddeeff0", "<error>"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.type, one.text);
        CHECK(read(one.type, one.text) == one.raw);
    }
}
