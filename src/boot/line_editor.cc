#include "src/boot/line_editor.h"

#include "src/boot/glyph.h"
#include "src/boot/keyboard.h"

namespace kedge::boot {

Result<void> LineEditor::begin(StrView text, size_t column) {
    recalled_ = history_.size();
    origin_ = {0, (column + columns_of(prompt_)) % kColumns};
    TRY(buffer_.assign(text));
    begin_again();
    return {};
}

void LineEditor::begin_again() {
    console_.put(prompt_);
    at_ = origin_;
    rows_ = 0;
    if (!text().empty()) redraw();
}

Result<LineEditor::Event> LineEditor::key(int key) {
    switch (key) {
        case kReturn:
        case kLineFeed:
            move_to(at_, lay_out(text(), false));
            console_.put("\n");
            TRY(remember());
            return Event::line;
        case kCtrlC:
            move_to(at_, lay_out(text(), false));
            console_.put("^C\n");
            return Event::cancelled;
        case kTab:
            return Event::complete;
        case control('l'):
            console_.put("\x1b[2J\x1b[H");
            begin_again();
            return Event::none;
        case platform::kKeyUp:
        case control('p'):
            if (recalled_ > 0) TRY(recall(recalled_ - 1));
            return Event::none;
        case platform::kKeyDown:
        case control('n'):
            if (recalled_ < history_.size()) TRY(recall(recalled_ + 1));
            return Event::none;
        default:
            break;
    }
    const size_t before = text().size();
    if (!TRY(buffer_.key(key))) return Event::none;
    // The usual case does not repaint the line for each character.
    const bool typed = key < kRubOut && text().size() == before + 1 && cursor() == text().size();
    if (typed && at_.column + 1 < kColumns) {
        console_.put(text().substr(before));
        ++at_.column;
    } else {
        redraw();
    }
    return Event::none;
}

Result<void> LineEditor::insert(StrView text) {
    TRY(buffer_.insert(text));
    redraw();
    return {};
}

Result<void> LineEditor::recall(size_t entry) {
    TRY(buffer_.assign(entry < history_.size() ? history_[entry].view() : StrView()));
    recalled_ = entry;
    redraw();
    return {};
}

Result<void> LineEditor::remember() {
    const bool repeated = !history_.empty() && history_.back().view() == text();
    if (text().empty() || repeated) return {};
    if (history_.size() == kMaxHistory) history_.erase(0);
    return history_.push_back(TRY(String::from(text())));
}

void LineEditor::move_to(Place from, Place to) {
    if (from.row > to.row) format(console_, "\x1b[{}A", from.row - to.row);
    if (to.row > from.row) format(console_, "\x1b[{}B", to.row - from.row);
    if (from.column > to.column) format(console_, "\x1b[{}D", from.column - to.column);
    if (to.column > from.column) format(console_, "\x1b[{}C", to.column - from.column);
}

/// Where the cursor is after the text.
LineEditor::Place LineEditor::lay_out(StrView text, bool print) {
    Place place = origin_;
    while (!text.empty()) {
        const Glyph glyph = take_glyph(text);
        if (print) console_.put(glyph.shown);
        place.column += glyph.columns;
        if (place.column < kColumns) continue;
        if (print) console_.put("\x1b[K\n");
        ++place.row;
        place.column = 0;
    }
    return place;
}

void LineEditor::redraw() {
    move_to(at_, origin_);
    at_ = lay_out(text(), true);
    console_.put("\x1b[K");
    const size_t drawn = max(at_.row, rows_);
    rows_ = at_.row;
    // Rows that a longer line has left.
    for (; at_.row < drawn; ++at_.row) {
        console_.put("\n\x1b[K");
        at_.column = 0;
    }
    const Place place = lay_out(text().first(cursor()), false);
    move_to(at_, place);
    at_ = place;
}

}  // namespace kedge::boot
