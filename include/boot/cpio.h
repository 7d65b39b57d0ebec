// Headers that make a file a one-entry cpio archive, so that Linux unpacks it into its initial root
// file system: `initrd http://…/file /path/in/fs mode=755`.
//
// Format: Linux Documentation/driver-api/early-userspace/buffer-format.rst ("newc"). Arguments as
// iPXE's initrd command has them: the first word is the
// path, with or without a leading '/' (`initrd http://…/BCD BCD`); mode= is octal (default 644);
// mkdir=n makes the n directories above the file, mkdir=-1 all of them.
#pragma once

#include "base/reader.h"
#include "base/str.h"

namespace kedge::boot {

/// Bytes of headers to put before the file; a multiple of 4. 0 if `arguments` are empty: the
/// file is passed on as it is.
size_t cpio_headers_size(StrView arguments);

/// Writes exactly cpio_headers_size() bytes for a file of `file_size` bytes, which fits 32 bits.
void emit_cpio_headers(Writer& writer, StrView arguments, u32 file_size);

}  // namespace kedge::boot
