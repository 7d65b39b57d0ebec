#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/format.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/log.h"
#include "base/parts.h"
#include "base/reader.h"
#include "base/time.h"
#include "base/unique.h"
#include "base/vector.h"
#include "net/address.h"
#include "platform/console.h"

using namespace kedge;

namespace {

template <typename... Args>
std::string formatted(StrView pattern, const Args&... args) {
    Text<256> text(pattern, args...);
    return std::string(text.view().data(), text.size());
}

Result<u32> half(u32 value) {
    if (value % 2 != 0) return Error::invalid_argument;
    return value / 2;
}

Result<u32> quarter(u32 value) { return TRY(half(TRY(half(value)))); }

}  // namespace

TEST_CASE("TRY yields the value or returns the error") {
    CHECK(quarter(12).value() == 3);
    CHECK(quarter(6).error() == Error::invalid_argument);
    CHECK_THROWS(quarter(5).value());
}

TEST_CASE("Reader is sticky after an overrun") {
    const u8 data[] = {1, 2, 3, 4, 5};
    Reader reader(data);
    CHECK(reader.be16_() == 0x0102);
    CHECK(reader.le16_() == 0x0403);
    CHECK(reader.be16_() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.u8_() == 0);
    CHECK(reader.remaining() == 0);
}

TEST_CASE("Writer stops at the end of its buffer") {
    u8 data[5] = {};
    Writer writer(data);
    writer.be32_(0x01020304);
    writer.le16_(0xffff);
    CHECK_FALSE(writer.ok());
    CHECK(writer.size() == 4);
    CHECK(data[3] == 4);
    CHECK(data[4] == 0);
}

TEST_CASE("endian members have no alignment and convert") {
    struct Wire {
        u8 kind;
        be32 length;
        le16 flags;
    } wire{};
    static_assert(sizeof(Wire) == 7);
    wire.length = 0x11223344;
    wire.flags = 0x5566;
    u8 raw[7];
    std::memcpy(raw, &wire, 7);
    CHECK(raw[1] == 0x11);
    CHECK(raw[5] == 0x66);
    CHECK(wire.length == 0x11223344u);
}

TEST_CASE("format") {
    CHECK(formatted("{} {} {}", 1, -2, true) == "1 -2 true");
    CHECK(formatted("{x} {04x} {02x}", 255, 0x1f, 0xabc) == "ff 001f abc");
    CHECK(formatted("[{5}] [{-5}]", 42, "ab") == "[   42] [ab   ]");
    CHECK(formatted("{.1}", u64{1260}) == "1.2");
    CHECK(formatted("{.1}", u64{90}) == "0.0");
    CHECK(formatted("{{}") == "{}");
    CHECK(formatted("{}", INT64_MIN) == "-9223372036854775808");
    CHECK(formatted("{}", UINT64_MAX) == "18446744073709551615");
    CHECK(formatted("{}", net::Endpoint{net::Ipv4Address::of(10, 0, 2, 2), 80}) == "10.0.2.2:80");
    CHECK(formatted("{}", net::MacAddress{{0x52, 0x54, 0, 1, 2, 0xff}}) == "52:54:00:01:02:ff");
    CHECK(formatted("{}", 'x') == "x");
}

TEST_CASE("parse_number knows its limits") {
    CHECK(parse_number("42") == 42u);
    CHECK(parse_number("0x1F", 0) == 31u);
    CHECK(parse_number("017", 0) == 15u);
    CHECK(parse_number("0", 0) == 0u);
    CHECK(parse_number("18446744073709551615") == UINT64_MAX);
    for (const char* bad : {"", "18446744073709551616", "12a", "-1", " 1", "0x"}) {
        CHECK_FALSE(parse_number(bad).has_value());
    }
    CHECK_FALSE(parse_number("08", 0).has_value());
}

TEST_CASE("Ipv4Address::parse takes dotted quads only") {
    CHECK(net::Ipv4Address::parse("192.0.2.1") == net::Ipv4Address::of(192, 0, 2, 1));
    for (const char* bad :
         {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "a.b.c.d", "1..2.3"}) {
        CHECK_FALSE(net::Ipv4Address::parse(bad).has_value());
    }
}

TEST_CASE("String may append a view of itself") {
    String text = String::from("abc").value();
    REQUIRE(text.append(text.view()).ok());
    REQUIRE(text.append(text.view().first(2)).ok());
    CHECK(text.view() == "abcabcab");
    CHECK(std::strlen(text.c_str()) == text.size());
    CHECK(String().view() == "");
}

TEST_CASE("Vector inserts, erases and moves") {
    Vector<Unique<int>> vector;
    for (int i = 0; i < 10; ++i) REQUIRE(vector.push_back(Unique<int>(new int(i))).ok());
    vector.erase(0);
    REQUIRE(vector.insert(0, Unique<int>(new int(99))).ok());
    CHECK(*vector[0] == 99);
    CHECK(*vector[1] == 1);
    CHECK(vector.size() == 10);
    CHECK_THROWS(vector[10]);
}

TEST_CASE("List elements unlink themselves") {
    struct Node : ListNode<Node> {
        int value = 0;
    };
    List<Node> list;
    Node first;
    {
        Node second;
        first.value = 1;
        list.push_back(second);
        list.push_front(first);
        CHECK_THROWS(list.push_back(first));
        CHECK(list.next(&first) == &second);
    }
    CHECK(list.next(&first) == nullptr);
    CHECK(list.front() == &first);
}

TEST_CASE("Parts walks over pieces of any size") {
    const std::vector<u8> a{1, 2, 3}, b{}, c{4}, d{5, 6};
    const Bytes rest[] = {b, c, d};
    const Parts parts{Bytes(a), rest};
    CHECK(parts.size() == 6);
    u8 out[8] = {};
    CHECK(parts.subview(2, 3).copy_to(out) == 3);
    CHECK(out[0] == 3);
    CHECK(out[2] == 5);
    CHECK(parts.subview(6).empty());
    CHECK(parts.subview(7).front().empty());
    CHECK(parts.subview(3).front().size() == 1);
    int pieces = 0;
    parts.for_each([&](Bytes piece) {
        CHECK_FALSE(piece.empty());
        ++pieces;
    });
    CHECK(pieces == 3);
}

TEST_CASE("Heap gives back everything it was given") {
    alignas(16) static u8 region[1 << 16];
    Heap heap;
    heap.add(region);
    const size_t all = heap.free_bytes();
    std::mt19937 random(1);
    std::vector<std::pair<u8*, size_t>> blocks;
    for (int round = 0; round < 20000; ++round) {
        if (blocks.empty() || random() % 2 == 0) {
            const size_t size = random() % 700;
            const size_t alignment = size_t{16} << random() % 5;
            u8* memory = static_cast<u8*>(heap.allocate(size, alignment));
            if (memory == nullptr) continue;
            REQUIRE(reinterpret_cast<u64>(memory) % alignment == 0);
            std::memset(memory, static_cast<int>(size), size);
            blocks.emplace_back(memory, size);
        } else {
            const size_t pick = random() % blocks.size();
            const auto [memory, size] = blocks[pick];
            for (size_t i = 0; i < size; ++i) REQUIRE(memory[i] == static_cast<u8>(size));
            heap.release(memory);
            blocks.erase(blocks.begin() + static_cast<long>(pick));
        }
    }
    for (const auto& [memory, size] : blocks) heap.release(memory);
    CHECK(heap.free_bytes() == all);
    CHECK(heap.largest_free() == all - 16);
    CHECK(heap.allocate(SIZE_MAX) == nullptr);
    CHECK(heap.allocate(sizeof(region)) == nullptr);
}

TEST_CASE("Heap notices a double release") {
    alignas(16) static u8 region[4096];
    Heap heap;
    heap.add(region);
    void* memory = heap.allocate(10);
    void* other = heap.allocate(10);
    heap.release(memory);
    CHECK_THROWS(heap.release(memory));
    heap.release(other);
}

TEST_CASE("KeyDecoder follows escape sequences") {
    platform::KeyDecoder decoder;
    auto type = [&](const char* text) {
        int key = platform::kNoKey;
        for (const char* c = text; *c != '\0'; ++c) key = decoder.feed(static_cast<u8>(*c));
        return key;
    };
    CHECK(type("a") == 'a');
    CHECK(type("\x1b[A") == platform::kKeyUp);
    CHECK(type("\x1b[3~") == platform::kKeyDelete);
    CHECK(type("\x1b[15~") == platform::kKeyF1 + 4);
    CHECK(type("\x1b[1;5C") == platform::kKeyRight);
    CHECK(type("\x1b[3;2~") == platform::kKeyDelete);
    CHECK(type("\x1b[24~") == platform::kKeyF1 + 11);
    CHECK(type("\x1b[17~") == platform::kKeyF1 + 5);
    CHECK(type("\x1b[16~") == platform::kNoKey);
    CHECK(type("\x1b[999999999999~") == platform::kNoKey);
    CHECK(type("\x1bOP") == platform::kKeyF1);
    CHECK(type("\x1bOH") == platform::kKeyHome);
    CHECK(type("\x1b[[E") == platform::kKeyF1 + 4);
    CHECK(type("\x1b[?6c") == platform::kNoKey);  // a terminal says what it is
    CHECK(type("b") == 'b');
    CHECK(type("\x1b\x1b") == 0x1b);
    CHECK(type("[B") == platform::kKeyDown);
    CHECK(type("\x1b[1\x1b[A") == platform::kKeyUp);
    CHECK(type("\x1b") == platform::kNoKey);
    CHECK(decoder.flush() == 0x1b);
    CHECK(decoder.flush() == platform::kNoKey);
}
