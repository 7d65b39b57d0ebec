#include "prefix/efi/device_path.h"

#include "base/endian.h"
#include "prefix/efi/utf16.h"

namespace kedge::efi {
namespace {

constexpr size_t kNodeHeader = 4;
constexpr size_t kMaxNodes = 256;

Bytes node_header(const EFI_DEVICE_PATH* node) {
    return {reinterpret_cast<const u8*>(node), kNodeHeader};
}

bool is_end(const EFI_DEVICE_PATH* node) {
    return (node_header(node)[0] & EFI_DP_TYPE_MASK) == END_DEVICE_PATH_TYPE;
}

/// Null at the end and after a node that cannot be right.
const EFI_DEVICE_PATH* next_node(const EFI_DEVICE_PATH* node) {
    const size_t size = node_size(node);
    if (is_end(node) || size < kNodeHeader) return nullptr;
    return reinterpret_cast<const EFI_DEVICE_PATH*>(reinterpret_cast<const u8*>(node) + size);
}

}  // namespace

size_t node_size(const EFI_DEVICE_PATH* node) {
    return load_le<u16>(node_header(node).subspan(2, 2));
}

const EFI_DEVICE_PATH* find_node(const EFI_DEVICE_PATH* path, u8 type, u8 sub_type) {
    for (size_t i = 0; path != nullptr && !is_end(path) && i < kMaxNodes; ++i) {
        const Bytes header = node_header(path);
        if ((header[0] & EFI_DP_TYPE_MASK) == type && header[1] == sub_type) return path;
        path = next_node(path);
    }
    return nullptr;
}

Result<String> last_file_path(const EFI_DEVICE_PATH* path) {
    const EFI_DEVICE_PATH* last = nullptr;
    for (size_t i = 0; path != nullptr && i < kMaxNodes; ++i) {
        const EFI_DEVICE_PATH* found = find_node(path, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP);
        if (found == nullptr) break;
        last = found;
        path = next_node(found);
    }
    // A node may be too short to be one, and lie at an odd address.
    if (last == nullptr || node_size(last) < kNodeHeader) return String();
    const Bytes body(reinterpret_cast<const u8*>(last) + kNodeHeader,
                     node_size(last) - kNodeHeader);
    Utf16 text;
    TRY(text.reserve(body.size() / 2));
    for (size_t i = 0; i + 2 <= body.size(); i += 2) {
        TRY(text.push_back(load_le<u16>(body.subspan(i, 2))));
    }
    return from_utf16(text.span());
}

size_t path_size(const EFI_DEVICE_PATH* path) {
    size_t size = 0;
    for (size_t i = 0; path != nullptr && !is_end(path) && i < kMaxNodes; ++i) {
        size += node_size(path);
        path = next_node(path);
    }
    return size;
}

Result<void> append_node(DevicePath& path, u8 type, u8 sub_type, Bytes body) {
    const size_t size = kNodeHeader + body.size();
    if (size > UINT16_MAX) return Error::too_large;
    TRY(path.reserve(path.size() + size));
    TRY(path.push_back(type));
    TRY(path.push_back(sub_type));
    TRY(path.push_back(static_cast<u8>(size)));
    TRY(path.push_back(static_cast<u8>(size >> 8)));
    for (u8 byte : body) TRY(path.push_back(byte));
    return {};
}

Result<void> append_end(DevicePath& path) {
    return append_node(path, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {});
}

Result<void> append_file_path(DevicePath& path, StrView name) {
    const Utf16 wide = TRY(to_utf16(name));
    const Bytes body(reinterpret_cast<const u8*>(wide.begin()), wide.size() * sizeof(u16));
    return append_node(path, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, body);
}

}  // namespace kedge::efi
