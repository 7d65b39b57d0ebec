#include "src/boot/glyph.h"

namespace kedge::boot {
namespace {

constexpr StrView kDots = "...";

struct Range {
    u32 first;
    u32 last;
    u8 columns;
};

/// What is not one column wide: Unicode's East Asian Width (UAX #11) W and F, combining marks, and
/// characters that control direction or layout.
constexpr Range kRanges[] = {
    {0x0080, 0x009f, 0},   {0x0300, 0x036f, 0}, {0x1100, 0x115f, 2},   {0x200b, 0x200f, 0},
    {0x2028, 0x202e, 0},   {0x2060, 0x206f, 0}, {0x2e80, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
    {0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0}, {0xfe30, 0xfe6f, 2},   {0xfeff, 0xfeff, 0},
    {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2}, {0x1f300, 0x1faff, 2}, {0x20000, 0x3ffff, 2},
    {0xe0000, 0xe0fff, 0},
};

u8 width_of(u32 code) {
    for (const Range& range : kRanges) {
        if (code >= range.first && code <= range.last) return range.columns;
    }
    return 1;
}

/// Bytes of the UTF-8 character at the start (The Unicode Standard, table 3-7), or 0.
size_t decode(StrView text, u32& code) {
    const u8 lead = static_cast<u8>(text[0]);
    const size_t size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size == 0 || text.size() < size) return 0;
    code = lead & (0x7fu >> size);
    for (size_t i = 1; i < size; ++i) {
        const u8 byte = static_cast<u8>(text[i]);
        if ((byte & 0xc0) != 0x80) return 0;
        code = code << 6 | (byte & 0x3fu);
    }
    constexpr u32 kLeast[] = {0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < kLeast[size - 2] || surrogate || code > 0x10ffff ? 0 : size;
}

/// Bytes of the control sequence (ECMA-48 section 5.4) that the ESC at the start begins; 1 for
/// an ESC alone.
size_t sequence_size(StrView text) {
    if (text.size() < 2 || text[1] != '[') return 1;
    size_t size = 2;
    while (size < text.size() && text[size] >= 0x20 && text[size] <= 0x3f) ++size;
    return size < text.size() && text[size] >= 0x40 && text[size] <= 0x7e ? size + 1 : size;
}

}  // namespace

Glyph take_glyph(StrView& rest) {
    const u8 byte = static_cast<u8>(rest[0]);
    size_t size = 1;
    Glyph glyph;
    if (byte == 0x1b) {
        size = sequence_size(rest);
    } else if (byte == '\t') {
        glyph = {" ", 1};
    } else if (byte >= ' ' && byte < 0x7f) {
        glyph = {rest.first(1), 1};
    } else if (byte >= 0x80) {
        u32 code = 0;
        size = decode(rest, code);
        glyph = size == 0 ? Glyph{"?", 1} : Glyph{rest.first(size), width_of(code)};
        // Marks that combine go out with their letter; the rest of the invisible is dropped.
        if (size != 0 && glyph.columns == 0 && (code < 0x300 || code > 0x36f)) glyph.shown = {};
        size = max<size_t>(size, 1);
    }
    rest = rest.substr(size);
    return glyph;
}

size_t columns_of(StrView text) {
    size_t columns = 0;
    while (!text.empty()) columns += take_glyph(text).columns;
    return columns;
}

size_t put_cut(TextSink& sink, StrView text, size_t width) {
    const bool cut = columns_of(text) > width;
    const size_t room = cut ? width - min(width, kDots.size()) : width;
    size_t used = 0;
    while (!text.empty()) {
        const Glyph glyph = take_glyph(text);
        if (used + glyph.columns > room) break;
        used += glyph.columns;
        sink.put(glyph.shown);
    }
    if (!cut) return used;
    sink.put(kDots.first(width));
    return used + min(width, kDots.size());
}

}  // namespace kedge::boot
