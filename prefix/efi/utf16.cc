#include "prefix/efi/utf16.h"

namespace kedge::efi {
namespace {

constexpr u32 kFirstSurrogate = 0xd800;
constexpr u32 kLowSurrogate = 0xdc00;
constexpr u32 kAfterSurrogates = 0xe000;
constexpr u32 kFirstSupplementary = 0x10000;
constexpr u32 kLast = 0x10ffff;

constexpr bool is_surrogate(u32 code) { return code >= kFirstSurrogate && code < kAfterSurrogates; }

/// Calls `put(u16)` for each unit of a valid code point.
template <typename Put>
void encode_utf16(u32 code, Put&& put) {
    if (code < kFirstSupplementary) {
        put(static_cast<u16>(code));
        return;
    }
    const u32 rest = code - kFirstSupplementary;
    put(static_cast<u16>(kFirstSurrogate | rest >> 10));
    put(static_cast<u16>(kLowSurrogate | (rest & 0x3ff)));
}

template <typename Put>
void convert_to_utf16(StrView text, Put&& put) {
    Utf8Decoder decoder;
    for (char c : text) {
        const u32 code = decoder.feed(static_cast<u8>(c));
        if (code != Utf8Decoder::kIncomplete) encode_utf16(code, put);
    }
}

Result<void> append_utf8(String& out, u32 code) {
    char bytes[4];
    size_t count = 0;
    if (code < 0x80) {
        bytes[count++] = static_cast<char>(code);
    } else if (code < 0x800) {
        bytes[count++] = static_cast<char>(0xc0 | code >> 6);
    } else if (code < kFirstSupplementary) {
        bytes[count++] = static_cast<char>(0xe0 | code >> 12);
        bytes[count++] = static_cast<char>(0x80 | (code >> 6 & 0x3f));
    } else {
        bytes[count++] = static_cast<char>(0xf0 | code >> 18);
        bytes[count++] = static_cast<char>(0x80 | (code >> 12 & 0x3f));
        bytes[count++] = static_cast<char>(0x80 | (code >> 6 & 0x3f));
    }
    if (code >= 0x80) bytes[count++] = static_cast<char>(0x80 | (code & 0x3f));
    return out.append({bytes, count});
}

}  // namespace

u32 Utf8Decoder::feed(u8 byte) {
    if (byte < 0x80) {
        missing_ = 0;
        return byte;
    }
    if (byte < 0xc0) {
        if (missing_ == 0) return kReplacement;
        value_ = value_ << 6 | (byte & 0x3f);
        if (--missing_ != 0) return kIncomplete;
        const bool valid = value_ >= least_ && value_ <= kLast && !is_surrogate(value_);
        return valid ? value_ : kReplacement;
    }
    if (byte < 0xe0) {
        value_ = byte & 0x1f;
        least_ = 0x80;
        missing_ = 1;
    } else if (byte < 0xf0) {
        value_ = byte & 0x0f;
        least_ = 0x800;
        missing_ = 2;
    } else if (byte < 0xf8) {
        value_ = byte & 0x07;
        least_ = kFirstSupplementary;
        missing_ = 3;
    } else {
        missing_ = 0;
        return kReplacement;
    }
    return kIncomplete;
}

Result<Utf16> to_utf16(StrView text) {
    Utf16 out;
    // UTF-16 never has more units than UTF-8 has bytes.
    TRY(out.reserve(text.size() + 1));
    Result<void> status;
    convert_to_utf16(text, [&](u16 unit) {
        if (status.ok()) status = out.push_back(unit);
    });
    TRY(status);
    TRY(out.push_back(0));
    return out;
}

Result<String> from_utf16(std::span<const u16> text) {
    String out;
    for (size_t i = 0; i < text.size() && text[i] != 0; ++i) {
        u32 code = text[i];
        const bool high = is_surrogate(code) && code < kLowSurrogate;
        const u32 next = high && i + 1 < text.size() ? text[i + 1] : 0;
        if (is_surrogate(next) && next >= kLowSurrogate) {
            code = kFirstSupplementary + ((code & 0x3ff) << 10 | (next & 0x3ff));
            ++i;
        } else if (is_surrogate(code)) {
            code = Utf8Decoder::kReplacement;
        }
        TRY(append_utf8(out, code));
    }
    return out;
}

bool copy_utf16(StrView text, std::span<u16> room) {
    if (room.empty()) return false;
    size_t used = 0;
    bool whole = true;
    convert_to_utf16(text, [&](u16 unit) {
        if (used + 1 < room.size()) {
            room[used++] = unit;
        } else {
            whole = false;
        }
    });
    room[used] = 0;
    return whole;
}

}  // namespace kedge::efi
