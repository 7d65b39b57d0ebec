#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/endian.h"
#include "net/wire/dhcp.h"
#include "prefix/common/pxe_origin.h"
#include "prefix/efi/file_name.h"
#include "prefix/efi/initrd.h"
#include "prefix/efi/pe.h"

using namespace kedge;
using namespace kedge::efi;

namespace {

/// The least that a loader looks at.
std::vector<u8> make_pe(u16 machine, u16 magic, u16 subsystem, u32 offset = 0x80) {
    std::vector<u8> data(offset + 24 + 70);
    MutableBytes bytes(data);
    store_le<u16>(bytes, 0x5a4d);
    store_le<u32>(bytes.subspan(0x3c), offset);
    store_le<u32>(bytes.subspan(offset), 0x4550);
    store_le<u16>(bytes.subspan(offset + 4), machine);
    store_le<u16>(bytes.subspan(offset + 24), magic);
    store_le<u16>(bytes.subspan(offset + 24 + 68), subsystem);
    return data;
}

class HostMemory final : public platform::ImageMemory {
  public:
    Result<MutableBytes> allocate(size_t size) override {
        return MutableBytes(static_cast<u8*>(std::malloc(size + 1)), size);
    }
    Result<MutableBytes> resize(MutableBytes block, size_t size) override {
        return MutableBytes(static_cast<u8*>(std::realloc(block.data(), size + 1)), size);
    }
    void release(MutableBytes block) override { std::free(block.data()); }
};

struct TestImage {
    explicit TestImage(StrView content, StrView arguments = "") : image(memory) {
        REQUIRE(image.assign(content.bytes()).ok());
        REQUIRE(image.set_arguments(arguments).ok());
    }
    HostMemory memory;
    boot::Image image;
};

std::string copy(const InitrdParts& parts) {
    std::string out(parts.size(), '?');
    parts.copy_to({reinterpret_cast<u8*>(out.data()), out.size()});
    return out;
}

}  // namespace

TEST_CASE("EFI images are known by their headers") {
    CHECK(is_efi_image(make_pe(0x8664, 0x20b, 10)));
    CHECK(is_efi_image(make_pe(0x8664, 0x20b, 12)));
    CHECK(is_efi_image(make_pe(0x8664, 0x20b, 10, 0x1000)));
    CHECK_FALSE(is_efi_image(make_pe(0x014c, 0x20b, 10)));  // i386
    CHECK_FALSE(is_efi_image(make_pe(0xaa64, 0x20b, 10)));  // arm64
    CHECK_FALSE(is_efi_image(make_pe(0x8664, 0x10b, 10)));  // PE32
    CHECK_FALSE(is_efi_image(make_pe(0x8664, 0x20b, 3)));   // Windows program
    CHECK_FALSE(is_efi_image({}));
}

TEST_CASE("a section of a loaded image is found, or nothing") {
    constexpr size_t kTable = 0x80 + 24 + 70;
    auto image = make_pe(0x8664, 0x20b, 10);
    image.resize(0x400);
    const MutableBytes bytes(image);
    store_le<u16>(bytes.subspan(0x80 + 6), 2);    // sections
    store_le<u16>(bytes.subspan(0x80 + 20), 70);  // size of the optional header
    const auto put = [&](size_t index, StrView name, u32 size, u32 address) {
        const MutableBytes header = bytes.subspan(kTable + 40 * index, 40);
        copy_bytes(header, name.bytes());
        store_le<u32>(header.subspan(8), size);
        store_le<u32>(header.subspan(12), address);
    };
    put(0, ".text", 0x10, 0x200);
    put(1, ".kedge", 0x20, 0x300);
    const Bytes found = loaded_section(image, ".kedge");
    CHECK(found.data() == image.data() + 0x300);
    CHECK(found.size() == 0x20);
    CHECK(loaded_section(image, ".ked").empty());
    CHECK(loaded_section(Bytes(image).first(0x31f), ".kedge").empty());
    for (const u32 address : {0x3f0u, 0x400u, 0xfffffff0u}) {
        put(1, ".kedge", 0x20, address);
        CHECK(loaded_section(image, ".kedge").empty());
    }
    for (size_t size = 0; size < image.size(); ++size) {
        CHECK(loaded_section(Bytes(image).first(size), ".kedge").empty());
    }
    store_le<u16>(bytes.subspan(0x80 + 6), 0xffff);
    CHECK(loaded_section(image, ".other").empty());
}

TEST_CASE("a cut or crooked header is no EFI image") {
    const auto whole = make_pe(0x8664, 0x20b, 10);
    for (size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(is_efi_image(Bytes(whole).first(size)));
    }
    for (const u32 offset :
         {0xffffffffu, 0xfffffffcu, 0x7fffffffu, static_cast<u32>(whole.size())}) {
        auto crooked = whole;
        store_le<u32>(MutableBytes(crooked).subspan(0x3c), offset);
        CHECK_FALSE(is_efi_image(crooked));
    }
}

TEST_CASE("a Linux kernel is known by its boot protocol") {
    std::vector<u8> data(0x206);
    CHECK_FALSE(is_linux_kernel(data));
    copy_bytes(MutableBytes(data).subspan(0x202), StrView("HdrS").bytes());
    CHECK(is_linux_kernel(data));
    data.pop_back();
    CHECK_FALSE(is_linux_kernel(data));
}

TEST_CASE("paths mean files of one flat directory") {
    CHECK(*flat_file_name("grubx64.efi") == "grubx64.efi");
    CHECK(*flat_file_name("\\EFI\\BOOT\\grubx64.efi") == "grubx64.efi");
    CHECK(*flat_file_name("/boot//initrd.img") == "initrd.img");
    CHECK(*flat_file_name("..\\x") == "x");
    CHECK(*flat_file_name("dir\\") == "dir");
    for (const char* directory : {"", "\\", ".", "..", "\\EFI\\..", "\\\\"}) {
        CHECK_FALSE(flat_file_name(directory).has_value());
    }
}

TEST_CASE("an initial ram disk is its files, each on a multiple of four") {
    TestImage first("abcde");
    TestImage empty("");
    TestImage second("1234");
    InitrdParts parts;
    CHECK(parts.size() == 0);
    REQUIRE(parts.add(first.image).ok());
    REQUIRE(parts.add(empty.image).ok());
    REQUIRE(parts.add(second.image).ok());
    CHECK(copy(parts) == std::string("abcde\0\0\0"
                                     "1234",
                                     12));
}

TEST_CASE("a file with a path gets a cpio header") {
    TestImage raw("raw");
    TestImage named("hello", "/etc/motd mode=600");
    InitrdParts parts;
    REQUIRE(parts.add(raw.image).ok());
    REQUIRE(parts.add(named.image).ok());
    const std::string all = copy(parts);
    CHECK(all.substr(0, 4) == std::string("raw\0", 4));
    CHECK(all.substr(4, 6) == "070701");
    CHECK(all.find("/etc/motd") != std::string::npos);
    CHECK(all.size() % 4 == 0);
    CHECK(all.substr(all.size() - 8) == std::string("hello\0\0\0", 8));
}

namespace {

std::vector<u8> dhcp_packet(net::Ipv4Address siaddr, StrView boot_file,
                            std::optional<net::Ipv4Address> server_id = std::nullopt) {
    std::vector<u8> buffer(1472);
    net::wire::DhcpHeader header;
    header.op = net::wire::DhcpMessage::kReply;
    header.siaddr = siaddr;
    net::wire::DhcpWriter writer(buffer, header);
    if (!boot_file.empty()) writer.option(net::wire::kDhcpBootFile, boot_file);
    if (server_id) writer.option_address(net::wire::kDhcpServerId, *server_id);
    REQUIRE(writer.finish(300).ok());
    return buffer;
}

std::string sibling(const std::vector<std::vector<u8>>& packets) {
    const std::vector<Bytes> views(packets.begin(), packets.end());
    const auto file = beside_boot_file(views, "autoexec.ipxe");
    if (!file) return "none";
    Text<300> text("{}:{}", file->server, file->path);
    return {text.view().begin(), text.view().end()};
}

}  // namespace

TEST_CASE("a file beside the boot file is found by the PXE client's packets") {
    const auto server = net::Ipv4Address::of(10, 0, 0, 1);
    const auto other = net::Ipv4Address::of(10, 0, 0, 2);
    CHECK(sibling({dhcp_packet(server, "kedge.efi")}) == "10.0.0.1:autoexec.ipxe");
    CHECK(sibling({dhcp_packet(server, "/boot/x/kedge.efi")}) == "10.0.0.1:/boot/x/autoexec.ipxe");
    CHECK(sibling({dhcp_packet(server, "boot\\kedge.efi")}) == "10.0.0.1:boot\\autoexec.ipxe");
    CHECK(sibling({dhcp_packet({}, "kedge.efi", other)}) == "10.0.0.2:autoexec.ipxe");
    // A proxy's offer without a file does not count, the lease behind it does.
    CHECK(sibling({dhcp_packet(other, ""), dhcp_packet(server, "a/k")}) ==
          "10.0.0.1:a/autoexec.ipxe");
}

TEST_CASE("packets that name no usable place name none") {
    const auto server = net::Ipv4Address::of(10, 0, 0, 1);
    CHECK(sibling({}) == "none");
    CHECK(sibling({std::vector<u8>(1472)}) == "none");
    CHECK(sibling({dhcp_packet({}, "kedge.efi")}) == "none");
    CHECK(sibling({dhcp_packet(server, "http://x/y/kedge.efi")}) == "none");
    CHECK(sibling({dhcp_packet(server, std::string(250, 'd').append("/k").c_str())}) == "none");
}
