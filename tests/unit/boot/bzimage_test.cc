#include "boot/bzimage.h"

#include <catch2/catch.hpp>
#include <vector>

#include "base/endian.h"

using namespace kedge;
using boot::AddressRange;
using boot::InitrdWay;

namespace {

constexpr u64 kMiB = 1 << 20;
constexpr u64 kPage = 4096;

/// A kernel as today's are: 2.15, relocatable, 16 MiB preferred.
std::vector<u8> modern_kernel(size_t size = 100'000) {
    std::vector<u8> file(size);
    const MutableBytes bytes(file);
    file[0x1f1] = 27;
    store_le<u16>(bytes.subspan(0x1fe), 0xaa55);
    file[0x200] = 0xeb;
    file[0x201] = 0x6a;
    store_le<u32>(bytes.subspan(0x202), 0x53726448);
    store_le<u16>(bytes.subspan(0x206), 0x020f);
    file[0x211] = 1;
    store_le<u32>(bytes.subspan(0x22c), 0x7fffffff);
    store_le<u32>(bytes.subspan(0x230), 0x200000);
    file[0x234] = 1;
    store_le<u32>(bytes.subspan(0x238), 2047);
    store_le<u64>(bytes.subspan(0x258), 16 * kMiB);
    store_le<u32>(bytes.subspan(0x260), 40 * kMiB);
    return file;
}

std::vector<u8> with_version(u16 version) {
    std::vector<u8> file = modern_kernel();
    store_le<u16>(MutableBytes(file).subspan(0x206), version);
    return file;
}

}  // namespace

TEST_CASE("bzimage: a modern header", "[bzimage]") {
    const auto image = boot::parse_bzimage(modern_kernel());
    REQUIRE(image.ok());
    REQUIRE(image->setup_size == 28 * 512);
    REQUIRE(image->kernel_size == 100'000 - 28 * 512);
    REQUIRE(image->command_line_max == 2047);
    REQUIRE(image->initrd_max == 0x7fffffff);
    REQUIRE(image->relocatable);
}

TEST_CASE("bzimage: fields that a version does not have are not believed", "[bzimage]") {
    const auto old = boot::parse_bzimage(with_version(0x0202));
    REQUIRE(old.ok());
    REQUIRE(old->initrd_max == 0x37ffffff);
    REQUIRE(old->command_line_max == 255);
    REQUIRE(old->init_size == 0);
    REQUIRE_FALSE(old->relocatable);
    REQUIRE(boot::parse_bzimage(with_version(0x01ff)).error() == Error::not_supported);
}

TEST_CASE("bzimage: what is not one is refused", "[bzimage]") {
    const std::vector<u8> good = modern_kernel();
    for (size_t size : {0, 0x1fe, 0x206, 0x267}) {
        REQUIRE_FALSE(boot::probe_bzimage(Bytes(good).first(size)));
        REQUIRE(boot::parse_bzimage(Bytes(good).first(size)).error() == Error::bad_format);
    }
    // All real-mode half and nothing behind it.
    REQUIRE(boot::parse_bzimage(Bytes(good).first(28 * 512)).error() == Error::bad_format);
    REQUIRE(boot::parse_bzimage(Bytes(good).first(28 * 512 + 1)).ok());

    std::vector<u8> file = modern_kernel();
    file[0x1f1] = 64;  // more than fits below the heap
    REQUIRE(boot::parse_bzimage(file).error() == Error::bad_format);
    file = modern_kernel();
    file[0x1f1] = 0;  // means 4
    REQUIRE(boot::parse_bzimage(file)->setup_size == 5 * 512);
    file[0x211] = 0;
    REQUIRE(boot::parse_bzimage(file).error() == Error::not_supported);
    file = modern_kernel();
    file[0x1ff] = 0;
    REQUIRE_FALSE(boot::probe_bzimage(file));
}

TEST_CASE("bzimage: options for the loader", "[bzimage]") {
    auto options = boot::parse_linux_options("root=/dev/sda1 vga=0x317 mem=64M quiet");
    REQUIRE(options.video_mode == 0x317);
    REQUIRE(options.memory_limit == 64 * kMiB);
    options = boot::parse_linux_options("vga=ask memmap=3G xmem=5 mem=bogus");
    REQUIRE(options.video_mode == 0xfffd);
    REQUIRE(options.memory_limit == UINT64_MAX);
    options = boot::parse_linux_options("vga=99999999 mem=99999999999999999G  vga=normal");
    REQUIRE(options.video_mode == 0xffff);
    REQUIRE(options.memory_limit == UINT64_MAX);
    options = boot::parse_linux_options("mem= vga=");
    REQUIRE(options.memory_limit == UINT64_MAX);
    REQUIRE(boot::parse_linux_options("vga=791").video_mode == 791);
    REQUIRE(boot::parse_linux_options("mem=0").memory_limit == UINT64_MAX);
}

TEST_CASE("bzimage: where the kernel goes and what it overwrites", "[bzimage]") {
    const auto modern = boot::parse_bzimage(modern_kernel());
    auto layout = layout_linux(*modern, {.memory_limit = 512 * kMiB});
    REQUIRE(layout.kernel == AddressRange{kMiB, kMiB + modern->kernel_size});
    REQUIRE(layout.run == AddressRange{16 * kMiB, 56 * kMiB});
    REQUIRE(layout.initrd_end_max == 512 * kMiB);
    const auto old = boot::parse_bzimage(with_version(0x0203));
    layout = layout_linux(*old, {});
    REQUIRE(layout.run == AddressRange{kMiB, kMiB + 4 * old->kernel_size});
    REQUIRE(layout.initrd_end_max == 0x80000000);

    std::vector<u8> wild = modern_kernel();
    store_le<u64>(MutableBytes(wild).subspan(0x258), UINT64_MAX - 5);
    layout = layout_linux(*boot::parse_bzimage(wild), {});
    REQUIRE(layout.run.end == UINT64_MAX);
    REQUIRE(layout.run.begin <= layout.run.end);
}

TEST_CASE("bzimage: the loader's fields", "[bzimage]") {
    std::vector<u8> file = modern_kernel();
    const auto image = boot::parse_bzimage(file);
    const Bytes setup = Bytes(file);
    fill_linux_setup(file, *image, {{.video_mode = 0x317}, {100 * kMiB, 101 * kMiB}});
    REQUIRE(load_le<u16>(setup.subspan(0x1fa)) == 0x317);
    REQUIRE(setup[0x210] == 0xff);
    REQUIRE(setup[0x211] == 0x81);
    REQUIRE(load_le<u32>(setup.subspan(0x218)) == 100 * kMiB);
    REQUIRE(load_le<u32>(setup.subspan(0x21c)) == kMiB);
    REQUIRE(load_le<u16>(setup.subspan(0x224)) == 0xde00);
    REQUIRE(load_le<u32>(setup.subspan(0x228)) == 0x1e000);

    std::vector<u8> old = with_version(0x0201);
    fill_linux_setup(old, *boot::parse_bzimage(old), {});
    REQUIRE(load_le<u16>(Bytes(old).subspan(0x20)) == 0xa33f);
    REQUIRE(load_le<u16>(Bytes(old).subspan(0x22)) == 0xe000);
    REQUIRE(load_le<u32>(Bytes(old).subspan(0x228)) == 0);
}

TEST_CASE("bzimage: how parts become one initrd", "[bzimage]") {
    const boot::LinuxLayout layout = layout_linux(*boot::parse_bzimage(modern_kernel()), {});
    const u64 base = 100 * kMiB;
    const boot::InitrdPart plain[] = {{{base, base + 5000}}, {{base + 2 * kPage, base + 9000}}};
    auto plan = plan_initrd(plain, layout, true);
    REQUIRE(plan.way == InitrdWay::in_place);
    REQUIRE(plan.place == AddressRange{base, base + 9000});

    const boot::InitrdPart named[] = {{{base, base + 5000}, 120},
                                      {{base + 2 * kPage, base + 9000}, 5000}};
    plan = plan_initrd(named, layout, true);
    REQUIRE(plan.way == InitrdWay::shift_up);
    REQUIRE(plan.extra == 3 * kPage);
    REQUIRE(plan.place == AddressRange{base, base + 9000 + 3 * kPage});
    plan = plan_initrd(named, layout, false);
    REQUIRE(plan.way == InitrdWay::copy);
    REQUIRE(plan.total == 120 + 5000 + 5000 + 808);

    const boot::InitrdPart gap[] = {{{base, base + 5000}}, {{base + 3 * kPage, base + 13000}}};
    REQUIRE(plan_initrd(gap, layout, true).way == InitrdWay::copy);
    const boot::InitrdPart backwards[] = {{{base + 2 * kPage, base + 9000}}, {{base, base + 5000}}};
    REQUIRE(plan_initrd(backwards, layout, true).way == InitrdWay::copy);
}

TEST_CASE("bzimage: parts in the kernel's way or too high are copied", "[bzimage]") {
    const auto image = boot::parse_bzimage(modern_kernel());
    const boot::LinuxLayout layout = layout_linux(*image, {.memory_limit = 200 * kMiB});
    for (const u64 begin : {kMiB + kPage, 40 * kMiB, 56 * kMiB - kPage, 200 * kMiB, 300 * kMiB}) {
        const boot::InitrdPart part[] = {{{begin, begin + 2 * kPage}}};
        REQUIRE(plan_initrd(part, layout, true).way == InitrdWay::copy);
    }
    const boot::InitrdPart last[] = {{{200 * kMiB - kPage, 200 * kMiB}}};
    REQUIRE(plan_initrd(last, layout, true).way == InitrdWay::in_place);
    const boot::InitrdPart grown[] = {{{200 * kMiB - kPage, 200 * kMiB}, 120}};
    REQUIRE(plan_initrd(grown, layout, true).way == InitrdWay::copy);
}
