#include "boot/call_filter.h"

#include "base/endian.h"

namespace kedge::boot {

void undo_call_filter(MutableBytes code) {
    const i64 size = static_cast<i64>(code.size());
    for (i64 at = 0; at + 5 <= size;) {
        if ((code[static_cast<size_t>(at)] & 0xfe) != 0xe8) {
            ++at;
            continue;
        }
        const i64 position = at + 1;
        const MutableBytes field = code.subspan(static_cast<size_t>(position), 4);
        const i64 value = static_cast<i32>(load_le<u32>(field));
        if (value >= -position && value < size) {
            const i64 distance = value >= 0 ? value - position : value + size;
            store_le<u32>(field, static_cast<u32>(distance));
        }
        at += 5;
    }
}

}  // namespace kedge::boot
