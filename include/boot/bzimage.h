// Linux bzImage: what its header says, and where its parts go. Linux boot protocol
// (Documentation/arch/x86/boot.rst), versions 2.00 to 2.15, 16-bit entry.
//
// Nothing here touches memory: the BIOS prefix carries the plan out.
#pragma once

#include "base/str.h"
#include "boot/memory_map.h"

namespace kedge::boot {

/// A checked header. Fields that the version does not have yet hold their documented defaults.
struct BzImage {
    u16 version = 0;
    u32 setup_size = 0;   // bytes of the real-mode half, at the start of the file
    u64 kernel_size = 0;  // the rest
    u8 load_flags = 0;
    bool relocatable = false;
    u32 initrd_max = 0x37ffffff;  // highest address of the initrd's last byte
    u32 alignment = 0;
    u32 command_line_max = 255;  // characters without the NUL
    u64 preferred_address = 0;
    u32 init_size = 0;

    bool loads_high() const { return (load_flags & 1) != 0; }
};

/// Error::bad_format when it is no Linux kernel, Error::not_supported for protocols before 2.00
/// and kernels that load low (zImage).
Result<BzImage> parse_bzimage(Bytes file);

/// Only the signature: cheap, and true for kernels that parse_bzimage() then refuses.
bool probe_bzimage(Bytes file);

/// What the loader must see in the kernel's command line.
struct LinuxOptions {
    u16 video_mode = 0xffff;        // vga=: "normal" by default
    u64 memory_limit = UINT64_MAX;  // mem=
};
LinuxOptions parse_linux_options(StrView command_line);

/// The places that do not depend on the machine. Low memory: one segment of 64 KiB.
constexpr u32 kLinuxSetupAddress = 0x10000;
constexpr u32 kLinuxSetupMax = 0x8000;
constexpr u32 kLinuxHeapEnd = 0xe000;  // and the stack grows down from it
constexpr u32 kLinuxCommandLine = 0xe000;
constexpr u32 kLinuxCommandLineMax = 0x1fff;
constexpr u64 kLinuxKernelAddress = 0x100000;

struct LinuxLayout {
    AddressRange kernel;     // where the protected-mode half is put
    AddressRange run;        // what it overwrites while it unpacks itself
    u64 initrd_end_max = 0;  // the initrd must end at or below
};
LinuxLayout layout_linux(const BzImage& image, const LinuxOptions& options);

/// Writes the loader's fields into a copy of the real-mode half.
struct LinuxParameters {
    LinuxOptions options;
    AddressRange initrd;  // empty: none
};
void fill_linux_setup(MutableBytes setup, const BzImage& image, const LinuxParameters& parameters);

/// One downloaded file that becomes part of the initrd.
struct InitrdPart {
    AddressRange data;        // where its bytes lie now
    size_t headers_size = 0;  // of the cpio headers to be put before it
};

/// How the parts become one initrd. The kernel wants each archive on a multiple of 4 and skips
/// zeros between archives.
enum class InitrdWay : u8 {
    in_place,  // they already lie one after the other, page by page, and need no headers
    shift_up,  // they do, but each header moves what follows it up by a page
    copy,      // to `total` fresh bytes
};
struct InitrdPlan {
    InitrdWay way = InitrdWay::copy;
    AddressRange place;  // of in_place and shift_up: the result
    u64 extra = 0;       // of shift_up: free bytes needed behind the last part
    u64 total = 0;       // of copy: bytes needed
};

/// Chooses the way; in_place and shift_up only when the result stays clear of `layout`. With
/// `may_shift` false (no room behind the last part) shift_up is not offered. Parts are not empty
/// and begin on pages; there is at least one.
InitrdPlan plan_initrd(std::span<const InitrdPart> parts, const LinuxLayout& layout,
                       bool may_shift);

/// Pages that the headers of part `index` add in front of it with InitrdWay::shift_up.
constexpr u64 shift_of(const InitrdPart& part) { return align_up(part.headers_size, 4096); }

}  // namespace kedge::boot
