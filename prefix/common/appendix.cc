#include "prefix/common/appendix.h"

#include "base/reader.h"
#include "prefix/common/crc32.h"

namespace kedge {

namespace {

constexpr StrView kMagic = "KedgeAdd";
constexpr u32 kVersion = 1;
constexpr size_t kHeader = 32;
constexpr size_t kSummed = 20;  // from here on
constexpr size_t kAlignment = 4;

}  // namespace

bool next_entry(Bytes& entries, AppendixEntry& entry) {
    Reader reader(entries);
    const u16 type = reader.le16_();
    const size_t name_size = reader.le16_();
    const size_t data_size = reader.le32_();
    entry.type = static_cast<AppendixType>(type);
    entry.name = StrView::from(reader.bytes(name_size));
    entry.data = reader.bytes(data_size);
    reader.skip(align_up(name_size + data_size, kAlignment) - (name_size + data_size));
    if (!reader.ok()) return false;
    entries = entries.last(reader.remaining());
    return true;
}

Result<Bytes> appendix_entries(Bytes bytes) {
    if (bytes.empty()) return Bytes();
    Reader reader(bytes);
    if (StrView::from(reader.bytes(kMagic.size())) != kMagic) return Error::bad_format;
    const u32 version = reader.le32_();
    const size_t size = reader.le32_();
    const u32 sum = reader.le32_();
    const u32 count = reader.le32_();
    if (!reader.ok() || size < kHeader || size > bytes.size()) return Error::bad_format;
    if (crc32(bytes.subspan(kSummed, size - kSummed)) != sum) return Error::bad_format;
    if (version != kVersion) return Error::not_supported;

    const Bytes all = bytes.subspan(kHeader, size - kHeader);
    Bytes rest = all;
    AppendixEntry entry;
    for (u32 i = 0; i < count; ++i) {
        if (!next_entry(rest, entry)) return Error::bad_format;
    }
    return all.first(all.size() - rest.size());
}

}  // namespace kedge
