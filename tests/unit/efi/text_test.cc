#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "prefix/efi/ansi.h"
#include "prefix/efi/options.h"
#include "prefix/efi/utf16.h"

using namespace kedge;
using namespace kedge::efi;

namespace {

std::vector<u16> wide(StrView text) {
    const auto result = to_utf16(text);
    REQUIRE(result.ok());
    return {result->begin(), result->end()};
}

std::string narrow(std::vector<u16> units) {
    const auto result = from_utf16(units);
    REQUIRE(result.ok());
    return {result->view().begin(), result->view().end()};
}

/// Shown text, and each sequence as "<final:parameters>".
std::string parse(AnsiParser& parser, StrView text) {
    std::string out;
    for (char c : text) {
        const auto event = parser.feed(static_cast<u8>(c));
        if (event == AnsiParser::Event::text) out += c;
        if (event != AnsiParser::Event::sequence) continue;
        out += '<';
        out += parser.final();
        for (size_t i = 0; i < parser.parameter_count(); ++i) {
            out += ' ' + std::to_string(parser.parameter(i, 77));
        }
        out += '>';
    }
    return out;
}

std::string parse(StrView text) {
    AnsiParser parser;
    return parse(parser, text);
}

std::string options(const std::u16string& text, StrView program = "") {
    std::vector<u8> bytes;
    for (char16_t unit : text) {
        bytes.push_back(static_cast<u8>(unit));
        bytes.push_back(static_cast<u8>(unit >> 8));
    }
    const auto result = command_line_from_options(bytes, program);
    REQUIRE(result.ok());
    return {result->view().begin(), result->view().end()};
}

}  // namespace

TEST_CASE("UTF-8 becomes UTF-16 with a NUL") {
    CHECK(wide("") == std::vector<u16>{0});
    CHECK(wide("a\xc3\xa4\xe2\x82\xac") == std::vector<u16>{'a', 0xe4, 0x20ac, 0});
    CHECK(wide("\xf0\x9f\x98\x80") == std::vector<u16>{0xd83d, 0xde00, 0});
}

TEST_CASE("broken UTF-8 becomes replacement characters") {
    CHECK(wide("\x80x") == std::vector<u16>{0xfffd, 'x', 0});
    CHECK(wide("\xc0\xaf") == std::vector<u16>{0xfffd, 0});          // overlong '/'
    CHECK(wide("\xed\xa0\x80") == std::vector<u16>{0xfffd, 0});      // surrogate
    CHECK(wide("\xf4\x90\x80\x80") == std::vector<u16>{0xfffd, 0});  // above 10ffff
    CHECK(wide("\xff") == std::vector<u16>{0xfffd, 0});
    CHECK(wide("\xe2\x82z") == std::vector<u16>{'z', 0});  // cut short
    CHECK(wide("\xe2\x82") == std::vector<u16>{0});        // ends early
}

TEST_CASE("UTF-16 becomes UTF-8 up to the NUL") {
    CHECK(narrow({'a', 0xe4, 0x20ac, 0, 'b'}) == "a\xc3\xa4\xe2\x82\xac");
    CHECK(narrow({0xd83d, 0xde00}) == "\xf0\x9f\x98\x80");
    CHECK(narrow({0xd83d}) == "\xef\xbf\xbd");
    CHECK(narrow({0xde00, 'x'}) == "\xef\xbf\xbdx");
    CHECK(narrow({0xd83d, 'x'}) == "\xef\xbf\xbdx");
    CHECK(narrow({}).empty());
}

TEST_CASE("copy_utf16 cuts and always ends with NUL") {
    std::array<u16, 3> room{1, 1, 1};
    CHECK(copy_utf16("ab", room));
    CHECK(room == std::array<u16, 3>{'a', 'b', 0});
    CHECK_FALSE(copy_utf16("xyz", room));
    CHECK(room == std::array<u16, 3>{'x', 'y', 0});
    CHECK_FALSE(copy_utf16("", {}));
}

TEST_CASE("control sequences are taken out of the text") {
    CHECK(parse("plain\n") == "plain\n");
    CHECK(parse("\x1b[1;32mok\x1b[0m") == "<m 1 32>ok<m 0>");
    CHECK(parse("\x1b[K|\x1b[;5H") == "<K>|<H 77 5>");
    CHECK(parse("\x1b[?25lx") == "x");            // private: swallowed
    CHECK(parse("\x1b[1 qx") == "x");             // intermediate byte
    CHECK(parse("\x1b(x") == "x");                // not CSI
    CHECK(parse("\x1b[12\x1b[3mx") == "<m 3>x");  // a new one interrupts
}

TEST_CASE("a sequence may be cut anywhere") {
    AnsiParser parser;
    CHECK(parse(parser, "a\x1b").append(parse(parser, "[3")).append(parse(parser, "1mb")) ==
          "a<m 31>b");
}

TEST_CASE("oversized sequences do no harm") {
    CHECK(parse("\x1b[99999999999999999999mx") == "<m 9999>x");
    CHECK(parse("\x1b[1;2;3;4;5;6;7;8;9mx") == "x");
    CHECK(parse("\x1b[1;2;3;4;5;6;7;8m") == "<m 1 2 3 4 5 6 7 8>");
}

TEST_CASE("the command line loses the program's name") {
    CHECK(options(u"dhcp && shell") == "dhcp && shell");
    CHECK(options(u"FS0:\\kedge.efi dhcp net1\0") == "dhcp net1");
    CHECK(options(u"\\EFI\\BOOT\\BOOTX64.EFI") == "");
    CHECK(options(u"\"FS0:\\my boot\\Kedge.EFI\"  shell ") == "shell");
    CHECK(options(u"#!ipxe\nchain http://x/y.efi\n") == "#!ipxe\nchain http://x/y.efi");
    CHECK(options(u"set f a.efi") == "set f a.efi");
}

TEST_CASE("a program may be called like a command") {
    CHECK(options(u"kernel", "\\kernel").empty());
    CHECK(options(u"kernel kernel http://x/y", "\\dir\\KERNEL") == "kernel http://x/y");
    CHECK(options(u"shell", "\\shell.efi").empty());
    CHECK(options(u"\\a\\shell x", "shell") == "x");
    CHECK(options(u"kernel x", "\\kernel2") == "kernel x");
    CHECK(options(u"kernel x", "\\") == "kernel x");
    CHECK(options(u"kernel x", ".efi") == "kernel x");
}

TEST_CASE("binary load options are no command line") {
    CHECK(options(u"").empty());
    CHECK(options(std::u16string(u"\x0001\x0002")).empty());
    CHECK(options(std::u16string(u"abc\xfff5")).empty());
    const std::vector<u8> odd{'a', 0, 'b'};
    const auto result = command_line_from_options(odd, "");
    REQUIRE(result.ok());
    CHECK(result->empty());
    // A boot manager's description followed by a GUID: text ends at the NUL.
    CHECK(options(std::u16string(u"shell\0\x8be4\x0001", 8)) == "shell");
    CHECK(options(std::u16string(8000, u'x')).size() == 4096);
}
