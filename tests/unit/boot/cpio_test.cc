#include "boot/cpio.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace kedge;

namespace {

std::string headers(StrView arguments, u32 size = 0) {
    std::string out(boot::cpio_headers_size(arguments), '?');
    Writer writer({reinterpret_cast<u8*>(out.data()), out.size()});
    boot::emit_cpio_headers(writer, arguments, size);
    REQUIRE(writer.ok());
    REQUIRE(writer.room() == 0);
    return out;
}

/// Names and modes of all headers.
std::vector<std::pair<std::string, unsigned long>> entries(StrView arguments) {
    const std::string all = headers(arguments);
    std::vector<std::pair<std::string, unsigned long>> out;
    for (size_t at = 0; at < all.size();) {
        REQUIRE(all.compare(at, 6, "070701") == 0);
        const unsigned long mode = std::stoul(all.substr(at + 14, 8), nullptr, 16);
        const unsigned long name_size = std::stoul(all.substr(at + 94, 8), nullptr, 16);
        REQUIRE(all[at + 110 + name_size - 1] == '\0');
        out.emplace_back(all.substr(at + 110, name_size - 1), mode);
        at += (110 + name_size + 3) / 4 * 4;
    }
    return out;
}

}  // namespace

TEST_CASE("cpio: without a path the file is passed on as it is", "[cpio]") {
    REQUIRE(boot::cpio_headers_size("") == 0);
    REQUIRE(boot::cpio_headers_size("  ") == 0);
}

TEST_CASE("cpio: the name needs no leading slash", "[cpio]") {
    using Entries = std::vector<std::pair<std::string, unsigned long>>;
    REQUIRE(entries("BCD") == Entries{{"BCD", 0100644}});
    REQUIRE(entries("boot/x mkdir=-1") == Entries{{"boot", 040755}, {"boot/x", 0100644}});
}

TEST_CASE("cpio: a header byte by byte", "[cpio]") {
    REQUIRE(headers("/init mode=755", 0x1234) == std::string("070701"
                                                             "00000000"
                                                             "000081ED"
                                                             "00000000"
                                                             "00000000"
                                                             "00000001"
                                                             "00000000"
                                                             "00001234"
                                                             "00000000"
                                                             "00000000"
                                                             "00000000"
                                                             "00000000"
                                                             "00000006"
                                                             "00000000"
                                                             "/init\0",
                                                             116));
}

TEST_CASE("cpio: modes and directories", "[cpio]") {
    using Entries = std::vector<std::pair<std::string, unsigned long>>;
    REQUIRE(entries("/a/b/c") == Entries{{"/a/b/c", 0100644}});
    REQUIRE(entries("/a/b/c mkdir=1") == Entries{{"/a/b", 040755}, {"/a/b/c", 0100644}});
    REQUIRE(entries("/a/b/c  mode=600 mkdir=-1") ==
            Entries{{"/a", 040755}, {"/a/b", 040755}, {"/a/b/c", 0100600}});
    REQUIRE(entries("/a/b/c mkdir=999") == entries("/a/b/c mkdir=-1"));
    REQUIRE(entries("/x mkdir=-1") == Entries{{"/x", 0100644}});
    REQUIRE(entries("/x mode=nonsense") == Entries{{"/x", 0100644}});
    REQUIRE(entries("/x mode=17777") == Entries{{"/x", 0107777}});
}
