#include "boot/bzimage.h"

#include "base/endian.h"

namespace kedge::boot {

namespace {

// Offsets in the first sectors of the file.
constexpr size_t kSetupSectors = 0x1f1;
constexpr size_t kVideoMode = 0x1fa;
constexpr size_t kBootFlag = 0x1fe;
constexpr size_t kSignature = 0x202;
constexpr size_t kVersion = 0x206;
constexpr size_t kLoaderType = 0x210;
constexpr size_t kLoadFlags = 0x211;
constexpr size_t kInitrdAddress = 0x218;
constexpr size_t kInitrdSize = 0x21c;
constexpr size_t kHeapEnd = 0x224;
constexpr size_t kCommandLine = 0x228;
constexpr size_t kInitrdMax = 0x22c;
constexpr size_t kAlignment = 0x230;
constexpr size_t kRelocatable = 0x234;
constexpr size_t kCommandLineSize = 0x238;
constexpr size_t kPreferredAddress = 0x258;
constexpr size_t kInitSize = 0x260;
constexpr size_t kHeaderEnd = 0x268;

// Before 2.02: magic and offset of the command line within the segment.
constexpr size_t kOldCommandLineMagic = 0x20;
constexpr size_t kOldCommandLineOffset = 0x22;
constexpr u16 kOldMagic = 0xa33f;

constexpr u32 kHdrS = 0x53726448;
constexpr u8 kUnknownLoader = 0xff;
constexpr u8 kCanUseHeap = 0x80;
constexpr size_t kSector = 512;

constexpr u64 kPage = 4096;

}  // namespace

bool probe_bzimage(Bytes file) {
    return file.size() >= kHeaderEnd && load_le<u16>(file.subspan(kBootFlag)) == 0xaa55 &&
           load_le<u32>(file.subspan(kSignature)) == kHdrS;
}

Result<BzImage> parse_bzimage(Bytes file) {
    if (!probe_bzimage(file)) return Error::bad_format;
    BzImage image;
    image.version = load_le<u16>(file.subspan(kVersion));
    if (image.version < 0x0200) return Error::not_supported;
    const u32 sectors = file[kSetupSectors] != 0 ? file[kSetupSectors] : 4;
    image.setup_size = static_cast<u32>((sectors + 1) * kSector);
    if (image.setup_size < kHeaderEnd || image.setup_size >= file.size() ||
        image.setup_size > kLinuxSetupMax) {
        return Error::bad_format;
    }
    image.kernel_size = file.size() - image.setup_size;
    image.load_flags = file[kLoadFlags];
    if (!image.loads_high()) return Error::not_supported;
    if (image.version >= 0x0203) image.initrd_max = load_le<u32>(file.subspan(kInitrdMax));
    if (image.version >= 0x0205) {
        const u32 alignment = load_le<u32>(file.subspan(kAlignment));
        image.relocatable = file[kRelocatable] != 0;
        if (is_power_of_two(alignment) && alignment <= (1u << 30)) image.alignment = alignment;
    }
    if (image.version >= 0x0206) {
        image.command_line_max = load_le<u32>(file.subspan(kCommandLineSize));
    }
    if (image.version >= 0x020a) {
        image.preferred_address = load_le<u64>(file.subspan(kPreferredAddress));
        image.init_size = load_le<u32>(file.subspan(kInitSize));
    }
    return image;
}

namespace {

/// "64M" in bytes, or nothing.
std::optional<u64> parse_memory_size(StrView text) {
    unsigned shift = 0;
    if (!text.empty()) {
        switch (to_lower(text.back())) {
            case 'k':
                shift = 10;
                break;
            case 'm':
                shift = 20;
                break;
            case 'g':
                shift = 30;
                break;
            default:
                break;
        }
    }
    if (shift != 0) text = text.first(text.size() - 1);
    const std::optional<u64> number = parse_number(text, 0);
    if (!number.has_value() || *number > UINT64_MAX >> shift) return std::nullopt;
    return *number << shift;
}

u16 parse_video_mode(StrView text, u16 otherwise) {
    if (text == "normal") return 0xffff;
    if (text == "ext") return 0xfffe;
    if (text == "ask") return 0xfffd;
    const std::optional<u64> number = parse_number(text, 0);
    return number.has_value() && *number <= 0xffff ? static_cast<u16>(*number) : otherwise;
}

}  // namespace

LinuxOptions parse_linux_options(StrView command_line) {
    LinuxOptions options;
    size_t at = 0;
    while (at < command_line.size()) {
        const size_t end = min(command_line.find(' ', at), command_line.size());
        const StrView word = command_line.substr(at, end - at);
        at = end + 1;
        if (word.starts_with("vga=")) {
            options.video_mode = parse_video_mode(word.substr(4), options.video_mode);
        } else if (word.starts_with("mem=")) {
            const std::optional<u64> size = parse_memory_size(word.substr(4));
            if (size.has_value() && *size != 0) options.memory_limit = *size;
        }
    }
    return options;
}

LinuxLayout layout_linux(const BzImage& image, const LinuxOptions& options) {
    LinuxLayout layout;
    layout.kernel = {kLinuxKernelAddress, kLinuxKernelAddress + image.kernel_size};
    // A kernel loaded below its preferred address moves there; one that is not relocatable was
    // linked for it. Before 2.10 nothing is said: leave room for unpacking above 1 MiB.
    u64 begin = kLinuxKernelAddress;
    u64 size = image.kernel_size * 4;
    if (image.init_size != 0) {
        size = image.init_size;
        begin = max(begin, image.preferred_address);
        if (image.relocatable && image.alignment != 0 && begin <= UINT64_MAX - image.alignment) {
            begin = align_up(begin, image.alignment);
        }
    }
    layout.run = {begin, size > UINT64_MAX - begin ? UINT64_MAX : begin + size};
    layout.initrd_end_max = min(u64{image.initrd_max} + 1, options.memory_limit);
    return layout;
}

void fill_linux_setup(MutableBytes setup, const BzImage& image, const LinuxParameters& parameters) {
    if (setup.size() < kHeaderEnd) return;
    store_le<u16>(setup.subspan(kVideoMode), parameters.options.video_mode);
    setup[kLoaderType] = kUnknownLoader;
    store_le<u32>(setup.subspan(kInitrdAddress), static_cast<u32>(parameters.initrd.begin));
    store_le<u32>(setup.subspan(kInitrdSize), static_cast<u32>(parameters.initrd.size()));
    if (image.version >= 0x0201) {
        setup[kLoadFlags] |= kCanUseHeap;
        store_le<u16>(setup.subspan(kHeapEnd), kLinuxHeapEnd - 0x200);
    }
    if (image.version >= 0x0202) {
        store_le<u32>(setup.subspan(kCommandLine), kLinuxSetupAddress + kLinuxCommandLine);
    } else {
        store_le<u16>(setup.subspan(kOldCommandLineMagic), kOldMagic);
        store_le<u16>(setup.subspan(kOldCommandLineOffset), kLinuxCommandLine);
    }
}

InitrdPlan plan_initrd(std::span<const InitrdPart> parts, const LinuxLayout& layout,
                       bool may_shift) {
    InitrdPlan plan;
    bool in_order = true;
    for (size_t i = 0; i < parts.size(); ++i) {
        plan.total += align_up(parts[i].headers_size + parts[i].data.size(), 4);
        plan.extra += shift_of(parts[i]);
        if (i > 0 && parts[i].data.begin != align_up(parts[i - 1].data.end, kPage)) {
            in_order = false;
        }
    }
    plan.place = {parts.front().data.begin, parts.back().data.end + plan.extra};
    const bool clear = !plan.place.overlaps(layout.kernel) && !plan.place.overlaps(layout.run) &&
                       plan.place.end <= layout.initrd_end_max;
    if (in_order && clear && plan.extra == 0) {
        plan.way = InitrdWay::in_place;
    } else if (in_order && clear && may_shift) {
        plan.way = InitrdWay::shift_up;
    }
    return plan;
}

}  // namespace kedge::boot
