// Screen: 80 columns and 24 lines on all consoles at once, drawn with ECMA-48 sequences that each
// of them knows. Lines and columns count from 1.
#pragma once

#include "platform/console.h"
#include "src/boot/glyph.h"

namespace kedge::boot {

/// Uses of colours: the numbers of `cpair`.
enum class Pair : u8 { standard, normal, selected, separator, edit, alert, url, pxe };

/// What `colour` and `cpair` change.
class Palette {
  public:
    static constexpr u8 kColours = 8;
    static constexpr u8 kPairs = 8;
    /// The terminal's own.
    static constexpr u8 kDefault = 9;

    /// `index` below kColours; `basic` is an ANSI colour 0 to 7, or kDefault.
    void define(u8 index, u8 basic) { basic_[index] = basic; }
    /// Colour indexes or kDefault; `pair` below kPairs.
    void define_pair(u8 pair, u8 foreground, u8 background) {
        pairs_[pair] = {foreground, background};
    }
    /// The basic colour that looks most like 0xRRGGBB.
    static u8 nearest(u32 rgb);
    /// Prints the sequence that switches to the pair.
    void use(TextSink& sink, Pair pair, bool bold) const;

  private:
    struct Colours {
        u8 foreground;
        u8 background;
    };
    u8 resolve(u8 index) const { return index < kColours ? basic_[index] : kDefault; }

    // Blue is the background of menus, and shows the terminal's own until a script defines it.
    std::array<u8, kColours> basic_ = {0, 1, 2, 3, kDefault, 5, 6, 7};
    std::array<Colours, kPairs> pairs_ = {
        {{9, 9}, {7, 4}, {0, 7}, {6, 4}, {0, 6}, {7, 1}, {6, 4}, {0, 7}}};
};

class Screen final : public TextSink {
  public:
    static constexpr unsigned kLines = 24;
    static constexpr unsigned kColumns = 80;

    Screen(TextSink& consoles, const Palette& palette) : consoles_(consoles), palette_(palette) {}

    /// What is put goes to the terminal as it is, at the latest with flush().
    void put(StrView text) override;
    void flush();

    void clear();
    /// Gives the terminal back: empty, in its own colours.
    void leave();
    void go_to(unsigned line, unsigned column) { format(*this, "\x1b[{};{}H", line, column); }
    void use(Pair pair, bool bold = false) { palette_.use(*this, pair, bold); }
    /// Text of foreign origin in exactly `width` columns: cut, or filled with blanks.
    void put_field(StrView text, size_t width);
    void erase_rest_of_line() { put("\x1b[K"); }

  private:
    TextSink& consoles_;
    const Palette& palette_;
    Text<512> waiting_;
};

}  // namespace kedge::boot
