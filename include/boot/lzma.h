// LZMA decoder for our own images: `xz --format=raw --lzma1=lc=3,lp=0,pb=0`.
//
// The format is described in the LZMA specification of the LZMA SDK. Properties are fixed, because
// only our build makes such streams; the input is nevertheless treated as untrusted.
#pragma once

#include "base/result.h"
#include "base/types.h"

namespace kedge::boot {

/// Working memory of the decoder: the probability model. Too large for the stack.
struct LzmaModel {
    static constexpr unsigned kLiteralContextBits = 3;

    struct Lengths {
        u16 choice;
        u16 choice2;
        std::array<u16, 8> low;
        std::array<u16, 8> middle;
        std::array<u16, 256> high;
    };

    std::array<u16, 12> is_match;
    std::array<u16, 12> is_repeat;
    std::array<u16, 12> is_repeat0;
    std::array<u16, 12> is_repeat0_long;
    std::array<u16, 12> is_repeat1;
    std::array<u16, 12> is_repeat2;
    std::array<std::array<u16, 64>, 4> distance_slot;
    std::array<u16, 115> distance_special;
    std::array<u16, 16> distance_align;
    Lengths match_length;
    Lengths repeat_length;
    std::array<std::array<u16, 0x300>, 1 << kLiteralContextBits> literal;
};

/// Fills exactly `out`. Error::bad_format when the stream is truncated, damaged or ends early; then
/// `out` holds anything. Nothing outside the spans is touched.
Result<void> lzma_decode(Bytes stream, MutableBytes out, LzmaModel& model);

}  // namespace kedge::boot
