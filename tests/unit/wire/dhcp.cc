#include "net/wire/dhcp.h"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "fakes/transport.h"

using namespace kedge;
using namespace kedge::net::wire;
using kedge::fakes::as_bytes;
using kedge::fakes::as_text;

namespace {

/// A reply with these bytes as its options field, and whatever in file and sname.
std::string packet(const std::string& options, const std::string& file = "",
                   const std::string& sname = "") {
    std::string out(236, '\0');
    out[0] = 2;
    out[1] = 1;
    out[2] = 6;
    out.replace(44, sname.size(), sname);
    out.replace(108, file.size(), file);
    return out + "\x63\x82\x53\x63" + options;
}

std::string bytes(std::initializer_list<int> list) { return {list.begin(), list.end()}; }

/// "code:value code:value " as visited.
std::string visited(const std::string& raw) {
    std::string out;
    DhcpMessage::parse(as_bytes(raw))->for_each_option([&](u8 code, Bytes value) {
        out += std::to_string(code) + ":" + as_text(value) + " ";
    });
    return out;
}

}  // namespace

TEST_CASE("DHCP message: fixed fields and cookie must be there") {
    const std::string whole = packet("");
    REQUIRE(DhcpMessage::parse(as_bytes(whole)).ok());
    for (size_t size = 0; size < whole.size(); ++size) {
        const std::vector<u8> cut(whole.begin(), whole.begin() + static_cast<long>(size));
        CHECK(DhcpMessage::parse(cut).error() == Error::bad_format);
    }
    std::string wrong = whole;
    wrong[239] = 0;
    CHECK(DhcpMessage::parse(as_bytes(wrong)).error() == Error::bad_format);
}

TEST_CASE("DHCP message: options of every ending") {
    CHECK(visited(packet("")).empty());
    CHECK(visited(packet(bytes({12, 1, 'a', 255, 12, 1, 'b'}))) == "12:a ");
    CHECK(visited(packet(bytes({0, 0, 12, 1, 'a', 0, 15, 1, 'b'}))) == "12:a 15:b ");
    CHECK(visited(packet(bytes({12, 0, 255}))) == "12: ");
    // a code as the last byte, with nothing behind it
    CHECK(visited(packet(bytes({12, 1, 'a', 15}))) == "12:a ");
    // a length past the end
    CHECK(visited(packet(bytes({12, 1, 'a', 15, 2, 'b'}))) == "12:a ");
    CHECK(visited(packet(bytes({15, 255, 'b'}))).empty());
    CHECK(visited(packet(bytes({0, 0, 0}))).empty());
}

TEST_CASE("DHCP message: overload gives file and sname to options") {
    const std::string file = bytes({12, 1, 'f', 255});
    const std::string sname = bytes({12, 1, 's', 255});
    const auto with = [&](u8 overload) {
        return packet(bytes({12, 1, 'o', 52, 1, overload, 255}), file, sname);
    };
    CHECK(visited(with(0)) == std::string("12:o 52:") + '\0' + " ");
    CHECK(visited(with(1)) == "12:o 52:\1 12:f ");
    CHECK(visited(with(2)) == "12:o 52:\2 12:s ");
    CHECK(visited(with(3)) == "12:o 52:\3 12:f 12:s ");  // the order of RFC 3396

    const std::string raw = with(3);
    const DhcpMessage m = *DhcpMessage::parse(as_bytes(raw));
    std::array<u8, 8> out{};
    CHECK(m.option(12, out) == 3);
    CHECK(as_text(Bytes(out).first(3)) == "ofs");
    CHECK(m.option_size(12) == 3);
    CHECK(m.file().empty());
    CHECK(m.sname().empty());
    CHECK(as_text(*m.find(12)) == "o");

    SECTION("an overload inside file does not count") {
        CHECK(visited(packet(bytes({52, 1, 1}), bytes({52, 1, 2, 255}), sname)) == "52:\1 52:\2 ");
    }
    SECTION("nor one of a wrong length") {
        CHECK(visited(packet(bytes({52, 0}), file, sname)) == "52: ");
    }
}

TEST_CASE("DHCP message: file may fill its field without a NUL") {
    const std::string raw = packet("", std::string(128, 'f'), std::string(64, 's'));
    const DhcpMessage m = *DhcpMessage::parse(as_bytes(raw));
    CHECK(m.file().size() == 128);
    CHECK(m.sname().size() == 64);
    CHECK(m.boot_file().size() == 128);
    const std::string with_option = packet(bytes({67, 3, 'o', 'p', 0}), std::string(128, 'f'));
    CHECK(DhcpMessage::parse(as_bytes(with_option))->boot_file() == "op");
}

TEST_CASE("DHCP message: hlen beyond the field is cut") {
    std::string raw = packet("");
    raw[2] = static_cast<char>(255);
    CHECK(DhcpMessage::parse(as_bytes(raw))->chaddr().size() == 16);
}

TEST_CASE("DHCP message: options of a wrong shape are absent") {
    const std::string raw = packet(bytes({1, 3, 1, 2, 3, 26, 3, 1, 2, 3, 53, 0}));
    const DhcpMessage m = *DhcpMessage::parse(as_bytes(raw));
    CHECK(!m.address(1));
    CHECK(!m.number16(26));
    CHECK(m.type() == DhcpType::none);
    CHECK(!m.address(99));
}

TEST_CASE("DHCP message: long options are split and joined") {
    const std::string value(700, 'v');
    std::array<u8, 1200> buffer{};
    DhcpWriter writer(buffer, {});
    writer.option(17, as_bytes(value));
    const Bytes written = *writer.finish(0);
    const DhcpMessage m = *DhcpMessage::parse(written);
    CHECK(m.option_size(17) == 700);
    CHECK(m.find(17)->size() == 255);
    std::vector<u8> out(700);
    CHECK(m.option(17, out) == 700);
    CHECK(as_text(out) == value);
    std::array<u8, 300> small{};
    CHECK(m.option(17, small) == 300);
    CHECK(m.option(17, {}) == 0);
}

TEST_CASE("DHCP message: an encapsulated option has the same rules") {
    const std::string raw = bytes({0, 1, 1, 5, 0xb0, 1, 1, 9});
    CHECK((*encapsulated(as_bytes(raw), 1))[0] == 5);
    CHECK(encapsulated(as_bytes(raw), 0xb0));
    CHECK(!encapsulated(as_bytes(raw), 9));
    CHECK(!encapsulated({}, 1));
}

TEST_CASE("DHCP writer: pads to the minimum and says when it is full") {
    std::array<u8, 300> buffer{};
    DhcpHeader header;
    header.xid = 0x01020304;
    header.flags = 0x8000;
    DhcpWriter writer(buffer, header);
    writer.option_u8(53, 1);
    const Bytes out = *writer.finish(300);
    CHECK(out.size() == 300);
    CHECK(DhcpMessage::parse(out)->xid() == 0x01020304);
    CHECK(DhcpMessage::parse(out)->flags() == 0x8000);

    DhcpWriter full(buffer, header);
    full.option(17, as_bytes(std::string(60, 'x')));
    CHECK(full.finish(300).error() == Error::too_large);
    DhcpWriter tiny(MutableBytes(buffer).first(10), header);
    CHECK(tiny.finish(0).error() == Error::too_large);
}

TEST_CASE("DHCP message: random options never lead outside the packet") {
    std::mt19937 random(7);
    for (int round = 0; round < 20000; ++round) {
        std::string raw = packet("");
        for (size_t i = 44; i < 236; ++i) raw[i] = static_cast<char>(random() % 80);
        raw += bytes({52, 1, static_cast<int>(random() % 4)});
        const size_t size = random() % 64;
        for (size_t i = 0; i < size; ++i) raw += static_cast<char>(random() % 40);
        const std::vector<u8> exact(raw.begin(), raw.end());  // so that ASan sees its end
        const DhcpMessage m = *DhcpMessage::parse(exact);
        size_t total = 0;
        m.for_each_option([&](u8, Bytes value) { total += 2 + value.size(); });
        REQUIRE(total <= exact.size() - 44);
        std::array<u8, 32> out{};
        REQUIRE(m.option(static_cast<u8>(random()), out) <= out.size());
        static_cast<void>(m.boot_file());
        static_cast<void>(m.text(12));
    }
}
