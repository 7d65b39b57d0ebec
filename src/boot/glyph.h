// Text as a terminal shows it: characters with their width, and nothing that could command the
// terminal. Values come from DHCP servers and scripts, so every byte is suspect.
#pragma once

#include "base/format.h"

namespace kedge::boot {

/// What one character of a text looks like. Escape sequences, control characters and marks that
/// turn the direction of writing look like nothing; broken UTF-8 looks like "?".
struct Glyph {
    StrView shown;
    u8 columns = 0;
};

/// Takes the first character (or escape sequence) off `rest`, which is not empty.
Glyph take_glyph(StrView& rest);

/// Terminal columns that the text takes.
size_t columns_of(StrView text);

/// Prints the text in at most `width` columns, "..." at the end if it is cut; returns the columns
/// used.
size_t put_cut(TextSink& sink, StrView text, size_t width);

/// For print(): text of foreign origin.
struct Foreign {
    StrView text;
};
inline void format_to(TextSink& sink, const Foreign& foreign) {
    put_cut(sink, foreign.text, SIZE_MAX);
}

}  // namespace kedge::boot
