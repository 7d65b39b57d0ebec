// CRC-32 as ISO 3309, gzip and Python's zlib have it.
#pragma once

#include "base/types.h"

namespace kedge {

inline u32 crc32(Bytes bytes) {
    u32 crc = 0xffffffff;
    for (const u8 byte : bytes) {
        crc ^= byte;
        for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    }
    return ~crc;
}

}  // namespace kedge
