// UTF-8 to UTF-16 and back. The Unicode Standard, chapter 3.9; RFC 3629.
#pragma once

#include "base/str.h"
#include "base/vector.h"

namespace kedge::efi {

/// Decodes UTF-8 byte by byte, so text may be cut anywhere. Overlong forms, surrogates and stray
/// bytes become U+FFFD.
class Utf8Decoder {
  public:
    static constexpr u32 kIncomplete = 0xffffffff;
    static constexpr u32 kReplacement = 0xfffd;

    /// The code point that `byte` completes, or kIncomplete. A byte that breaks a sequence is lost
    /// with it unless it is ASCII, which is then returned alone.
    u32 feed(u8 byte);

  private:
    u32 value_ = 0;
    u32 least_ = 0;  // smallest value that needs this many bytes
    u8 missing_ = 0;
};

using Utf16 = Vector<u16>;

/// NUL-ended UTF-16. Error::no_memory.
Result<Utf16> to_utf16(StrView text);

/// Up to the first NUL. Unpaired surrogates become U+FFFD. Error::no_memory.
Result<String> from_utf16(std::span<const u16> text);

/// Writes at most `room.size()` units, NUL included; false if it was cut.
bool copy_utf16(StrView text, std::span<u16> room);

}  // namespace kedge::efi
