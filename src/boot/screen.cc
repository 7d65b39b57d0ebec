#include "src/boot/screen.h"

namespace kedge::boot {

u8 Palette::nearest(u32 rgb) {
    const u32 parts[] = {rgb >> 16 & 0xff, rgb >> 8 & 0xff, rgb & 0xff};
    const u32 strongest = max(parts[0], max(parts[1], parts[2]));
    constexpr u32 kNearlyBlack = 48;
    if (strongest < kNearlyBlack) return 0;
    // The hue counts, not the brightness: a midnight blue is blue.
    u8 basic = 0;
    for (unsigned i = 0; i < 3; ++i) {
        if (parts[i] * 2 >= strongest) basic |= static_cast<u8>(1u << i);
    }
    return basic;
}

void Palette::use(TextSink& sink, Pair pair, bool bold) const {
    const Colours colours = pairs_[static_cast<u8>(pair)];
    u8 foreground = resolve(colours.foreground);
    const u8 background = resolve(colours.background);
    // The terminal's own background may be light or dark: only its own colour of text is sure to
    // be seen there, and only there.
    if (background == kDefault && foreground == 7) foreground = kDefault;
    if (background != kDefault && foreground == kDefault) foreground = background == 7 ? 0 : 7;
    format(sink, bold ? "\x1b[0;1;3{};4{}m" : "\x1b[0;3{};4{}m", foreground, background);
}

void Screen::put(StrView text) {
    if (waiting_.size() + text.size() > 512) flush();
    if (text.size() > 512) return consoles_.put(text);
    waiting_.put(text);
}

void Screen::flush() {
    if (waiting_.empty()) return;
    consoles_.put(waiting_);
    waiting_.clear();
}

void Screen::clear() {
    use(Pair::normal);
    // Lines that a narrow terminal cannot hold are to be cut, not to push the others down.
    put("\x1b[?7l\x1b[2J");
}

void Screen::leave() {
    use(Pair::standard);
    put("\x1b[2J\x1b[H\x1b[?7h\x1b[0m");
    flush();
}

void Screen::put_field(StrView text, size_t width) {
    for (size_t used = put_cut(*this, text, width); used < width; ++used) put(" ");
}

}  // namespace kedge::boot
