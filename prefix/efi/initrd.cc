#include "prefix/efi/initrd.h"

#include "boot/cpio.h"

namespace kedge::efi {
namespace {

constexpr size_t kAlignment = 4;

}  // namespace

Result<void> InitrdParts::add(const boot::Image& image) {
    Part part;
    part.data = image.data();
    const size_t header_size = boot::cpio_headers_size(image.arguments());
    if (header_size != 0) {
        if (part.data.size() > UINT32_MAX) return Error::too_large;
        TRY(part.header.reserve(header_size));
        for (size_t i = 0; i < header_size; ++i) TRY(part.header.push_back(0));
        Writer writer(part.header.span());
        boot::emit_cpio_headers(writer, image.arguments(), static_cast<u32>(part.data.size()));
    }
    const size_t part_size = align_up(header_size + part.data.size(), kAlignment);
    TRY(parts_.push_back(std::move(part)));
    size_ += part_size;
    return {};
}

void InitrdParts::copy_to(MutableBytes out) const {
    ASSERT(out.size() == size_);
    for (const Part& part : parts_) {
        const size_t length = part.header.size() + part.data.size();
        const size_t whole = align_up(length, kAlignment);
        copy_bytes(out, part.header.span());
        copy_bytes(out.subspan(part.header.size()), part.data);
        fill_bytes(out.subspan(length, whole - length), 0);
        out = out.subspan(whole);
    }
}

}  // namespace kedge::efi
