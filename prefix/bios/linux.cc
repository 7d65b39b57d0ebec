#include "prefix/bios/linux.h"

#include "boot/cpio.h"

namespace kedge::bios {

namespace {

using boot::AddressRange;
using boot::InitrdWay;

constexpr u64 kMiB = u64{1} << 20;

Result<void> fail(proto::Failure& why, Error error, StrView cause, StrView hint = {}) {
    why.error = error;
    why.cause.clear();
    why.cause.put(cause);
    why.hint.clear();
    why.hint.put(hint);
    return error;
}

AddressRange range_of(Bytes bytes) {
    const u64 begin = reinterpret_cast<u64>(bytes.data());
    return {begin, begin + bytes.size()};
}

MutableBytes bytes_of(const AddressRange& range) {
    return {physical<u8>(range.begin), range.size()};
}

void move_bytes(u64 to, u64 from, u64 size) {
    __builtin_memmove(physical<u8>(to), physical<const u8>(from), size);
}

}  // namespace

/// One boot.
struct LinuxLoader::Job {
    const boot::Launch& launch;
    boot::BzImage image;
    boot::LinuxParameters parameters;
    boot::LinuxLayout layout;
    Vector<boot::InitrdPart> parts;
    Vector<StrView> arguments;  // of each part
    boot::InitrdPlan plan;
};

Result<void> LinuxLoader::boot(const boot::Launch& launch, boot::Handover& handover,
                               proto::Failure& why) {
    why.stage.clear();
    format(why.stage, "boot {}", launch.image.name());
    Job job{.launch = launch};
    TRY(prepare(job, why));
    handover.close_all();
    arrange_initrd(job);
    start(job);
}

Result<void> LinuxLoader::prepare(Job& job, proto::Failure& why) {
    const auto parsed = boot::parse_bzimage(job.launch.image.data());
    if (parsed.error() == Error::not_supported) {
        return fail(why, parsed.error(), "this Linux kernel is too old (zImage, or before 1.3.73)");
    }
    if (!parsed.ok()) return fail(why, parsed.error(), "the kernel's header is damaged");
    job.image = *parsed;
    const size_t room = min(job.image.command_line_max, boot::kLinuxCommandLineMax);
    if (job.launch.command_line.size() > room) {
        const Text<96> cause("the command line has {} characters, this kernel takes {}",
                             job.launch.command_line.size(), room);
        return fail(why, Error::too_large, cause, "shorten it");
    }
    job.parameters.options = boot::parse_linux_options(job.launch.command_line);
    job.layout = layout_linux(job.image, job.parameters.options);
    TRY(check_memory(job, why));
    return place_initrd(job, why);
}

Result<void> LinuxLoader::check_memory(const Job& job, proto::Failure& why) const {
    const BootInfo& info = real_.info();
    for (const AddressRange& range : {job.layout.kernel, job.layout.run}) {
        if (contiguous_ram(map_.rows(), range.begin, range.end) == range.size()) continue;
        const Text<96> cause("the kernel needs memory up to {} MiB, this machine has less",
                             range.end / kMiB + 1);
        return fail(why, Error::no_memory, cause, "give the machine more memory");
    }
    const AddressRange ours{info.body, info.body + info.body_size};
    if (job.layout.kernel.overlaps(ours) || info.base < boot::kLinuxSetupAddress + 0x10000) {
        return fail(why, Error::no_memory, "no room to load the kernel",
                    "give the machine more memory");
    }
    return {};
}

Result<void> LinuxLoader::place_initrd(Job& job, proto::Failure& why) {
    for (const boot::Image* image : job.launch.initrds) {
        if (image->data().empty()) continue;
        const size_t headers = boot::cpio_headers_size(image->arguments());
        if (!job.parts.push_back({range_of(image->data()), headers}).ok() ||
            !job.arguments.push_back(image->arguments()).ok()) {
            return fail(why, Error::no_memory, "out of memory");
        }
    }
    if (job.parts.empty()) return {};
    const std::span<const boot::InitrdPart> parts = job.parts.span();
    job.plan = plan_initrd(parts, job.layout, true);
    if (job.plan.way == InitrdWay::shift_up) {
        const AddressRange last = parts.back().data;
        if (!memory_.regions().resize_in_place(last, last.size() + job.plan.extra)) {
            job.plan = plan_initrd(parts, job.layout, false);
        }
    }
    if (job.plan.way == InitrdWay::copy) {
        const auto place = fresh_place(job);
        if (!place.ok()) {
            const Text<96> cause("no room for {} MiB of initial RAM disk below {} MiB",
                                 job.plan.total / kMiB + 1, job.layout.initrd_end_max / kMiB);
            return fail(why, Error::no_memory, cause, "give the machine more memory");
        }
        job.plan.place = {place->begin, place->begin + job.plan.total};
    }
    job.parameters.initrd = job.plan.place;
    return {};
}

Result<AddressRange> LinuxLoader::fresh_place(const Job& job) {
    // Around what the kernel needs: above both, between, or below.
    const AddressRange& first =
        job.layout.kernel.begin <= job.layout.run.begin ? job.layout.kernel : job.layout.run;
    const AddressRange& second =
        job.layout.kernel.begin <= job.layout.run.begin ? job.layout.run : job.layout.kernel;
    const u64 end = job.layout.initrd_end_max;
    const AddressRange places[] = {{max(first.end, second.end), end},
                                   {first.end, min(second.begin, end)},
                                   {0, min(first.begin, end)}};
    for (const AddressRange& place : places) {
        const auto found =
            memory_.regions().allocate(job.plan.total, place, boot::RegionAllocator::From::top);
        if (found.ok()) return *found;
    }
    return Error::no_memory;
}

void LinuxLoader::arrange_initrd(const Job& job) {
    if (job.parts.empty()) return;
    const auto emit_headers = [&job](size_t i, u64 end) {
        const boot::InitrdPart& part = job.parts[i];
        Writer writer(bytes_of({end - part.headers_size, end}));
        boot::emit_cpio_headers(writer, job.arguments[i], static_cast<u32>(part.data.size()));
    };
    if (job.plan.way == InitrdWay::copy) {
        u64 at = job.plan.place.begin;
        for (size_t i = 0; i < job.parts.size(); ++i) {
            const boot::InitrdPart& part = job.parts[i];
            emit_headers(i, at + part.headers_size);
            at += part.headers_size;
            move_bytes(at, part.data.begin, part.data.size());
            at += part.data.size();
            for (; at % 4 != 0; ++at) *physical<u8>(at) = 0;
        }
        return;
    }
    // Last part first, so that nothing is overwritten before it has moved.
    u64 shift = job.plan.extra;
    for (size_t i = job.parts.size(); i > 0; --i) {
        const boot::InitrdPart& part = job.parts[i - 1];
        const u64 begin = part.data.begin + shift;
        const u64 end = part.data.end + shift;
        if (shift != 0) move_bytes(begin, part.data.begin, part.data.size());
        if (i != job.parts.size()) fill_bytes(bytes_of({end, align_up(end, 4096)}), 0);
        shift -= shift_of(part);
        fill_bytes(bytes_of({part.data.begin + shift, begin}), 0);
        emit_headers(i - 1, begin);
    }
}

void LinuxLoader::start(const Job& job) {
    const Bytes file = job.launch.image.data();
    const u32 low = boot::kLinuxSetupAddress;
    const MutableBytes setup(physical<u8>(low), job.image.setup_size);
    copy_bytes(setup, file.first(job.image.setup_size));
    fill_linux_setup(setup, job.image, job.parameters);
    const StrView text = job.launch.command_line;
    const MutableBytes line(physical<u8>(low + boot::kLinuxCommandLine),
                            boot::kLinuxCommandLineMax + 1);
    line[copy_bytes(line, text.bytes())] = 0;
    // The image may lie where it has to go: the last step.
    move_bytes(job.layout.kernel.begin, reinterpret_cast<u64>(file.data()) + job.image.setup_size,
               job.image.kernel_size);
    real_.start_linux(low >> 4, boot::kLinuxHeapEnd);
}

}  // namespace kedge::bios
