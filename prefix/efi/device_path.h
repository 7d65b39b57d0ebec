// Device paths: walking those of the firmware, building our own. UEFI Specification 2.10,
// chapter 10.
#pragma once

#include "base/str.h"
#include "base/vector.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

using DevicePath = Vector<u8>;

/// Bytes of one node, header included.
size_t node_size(const EFI_DEVICE_PATH* node);

/// The first node of that type, or null. Malformed nodes end the search.
const EFI_DEVICE_PATH* find_node(const EFI_DEVICE_PATH* path, u8 type, u8 sub_type);

/// The text of the last file path node, empty if there is none. Error::no_memory.
Result<String> last_file_path(const EFI_DEVICE_PATH* path);

/// Bytes of all nodes up to the end node, without it.
size_t path_size(const EFI_DEVICE_PATH* path);

/// Appends a node: 4 bytes of header and `body`.
Result<void> append_node(DevicePath& path, u8 type, u8 sub_type, Bytes body);
Result<void> append_end(DevicePath& path);

/// A file path node: `name` in UTF-16 with NUL.
Result<void> append_file_path(DevicePath& path, StrView name);

inline EFI_DEVICE_PATH* as_protocol(DevicePath& path) {
    return reinterpret_cast<EFI_DEVICE_PATH*>(path.begin());
}

}  // namespace kedge::efi
