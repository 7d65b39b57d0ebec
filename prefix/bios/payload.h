// The payload of a BIOS image: unpacker, this header, LZMA stream; padded to 16 bytes. Made by
// tools/build/make-payload.py, read by unpack.cc.
#pragma once

#include "base/types.h"

namespace kedge::bios {

constexpr u32 kPayloadMagic = 0x4247444b;  // "KDGB"
constexpr size_t kPayloadHeaderSize = 32;

/// The unpacker's first bytes, around a jump (unpack.asm): magic, u32 size of the payload, u32 size
/// of the appendix behind it (0 until tools/kedge-image adds one), version as text of 12 bytes.
constexpr size_t kPayloadFrontSize = 0x20;
constexpr size_t kPayloadSizeAt = 0x0c;

/// All little-endian u32, in this order, after the magic. Unpacked, the stream is the image
/// followed by `relocations` u32 offsets of 64-bit words to which the load address is added.
struct PayloadHeader {
    u32 stream_size = 0;
    u32 image_size = 0;
    u32 memory_size = 0;  // with .bss
    u32 relocations = 0;
    u32 entry = 0;
    u32 crc32 = 0;      // of the unpacked bytes, after undo_call_filter()
    u32 code_size = 0;  // at the start of the image: what call_filter() was applied to
};

}  // namespace kedge::bios
