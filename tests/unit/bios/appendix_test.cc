// The appendix as tools/kedge-image writes it, cut and damaged.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "base/endian.h"
#include "prefix/common/appendix.h"
#include "prefix/common/crc32.h"

namespace kedge::tests {

namespace {

struct Maker {
    std::vector<u8> bytes = std::vector<u8>(32);
    u32 count = 0;

    void add(u16 type, const std::string& name, const std::string& data) {
        u8 header[8];
        store_le<u16>(MutableBytes(header), type);
        store_le<u16>(MutableBytes(header).subspan(2), static_cast<u16>(name.size()));
        store_le<u32>(MutableBytes(header).subspan(4), static_cast<u32>(data.size()));
        bytes.insert(bytes.end(), header, header + 8);
        bytes.insert(bytes.end(), name.begin(), name.end());
        bytes.insert(bytes.end(), data.begin(), data.end());
        bytes.resize(align_up(bytes.size(), 4));
        ++count;
    }

    Bytes finish(u32 version = 1) {
        bytes.resize(align_up(bytes.size(), 16));
        const MutableBytes all(bytes);
        copy_bytes(all, StrView("KedgeAdd").bytes());
        store_le<u32>(all.subspan(8), version);
        store_le<u32>(all.subspan(12), static_cast<u32>(bytes.size()));
        store_le<u32>(all.subspan(20), count);
        return sum();
    }

    Bytes sum() {
        store_le<u32>(MutableBytes(bytes).subspan(16), crc32(Bytes(bytes).subspan(20)));
        return bytes;
    }
};

Maker example() {
    Maker maker;
    maker.add(0, "", "digest");
    maker.add(1, "start.ipxe", "#!ipxe\n");
    maker.add(99, "later", "?");
    maker.add(3, "net0/ip:ipv4", "192.0.2.1");
    maker.add(2, "", "");
    return maker;
}

}  // namespace

TEST_CASE("an appendix is read back", "[appendix]") {
    Maker maker = example();
    maker.finish();
    maker.bytes.resize(maker.bytes.size() + 100);  // a PE section is padded
    const auto entries = appendix_entries(maker.bytes);
    REQUIRE(entries.ok());
    Bytes rest = *entries;
    AppendixEntry entry;
    std::vector<std::string> seen;
    while (next_entry(rest, entry)) {
        seen.push_back(std::to_string(static_cast<int>(entry.type)) + " " +
                       std::string(entry.name.begin(), entry.name.end()) + "=" +
                       std::string(entry.data.begin(), entry.data.end()));
    }
    CHECK(rest.empty());
    CHECK(seen == std::vector<std::string>{"0 =digest", "1 start.ipxe=#!ipxe\n", "99 later=?",
                                           "3 net0/ip:ipv4=192.0.2.1", "2 ="});
    CHECK(appendix_entries({}).ok());
    CHECK(appendix_entries({})->empty());
}

TEST_CASE("a cut or changed appendix is none", "[appendix]") {
    Maker maker = example();
    const Bytes whole = maker.finish();
    for (size_t size = 1; size < whole.size(); ++size) {
        CHECK(appendix_entries(whole.first(size)).error() == Error::bad_format);
    }
    for (size_t at = 0; at < whole.size(); ++at) {
        std::vector<u8> copy(whole.begin(), whole.end());
        copy[at] ^= 0x10;
        CHECK_FALSE(appendix_entries(copy).ok());
    }
    CHECK(appendix_entries(example().finish(2)).error() == Error::not_supported);
}

TEST_CASE("entries that do not fit are found before any is used", "[appendix]") {
    for (const u32 size : {0xffffffffu, 0xfffffffdu, 0x7fffffffu, 200u}) {
        Maker maker = example();
        maker.finish();
        store_le<u32>(MutableBytes(maker.bytes).subspan(36), size);
        CHECK(appendix_entries(maker.sum()).error() == Error::bad_format);
    }
    Maker maker = example();
    maker.finish();
    store_le<u32>(MutableBytes(maker.bytes).subspan(20), 0xffffffff);  // entries
    CHECK(appendix_entries(maker.sum()).error() == Error::bad_format);
}

}  // namespace kedge::tests
