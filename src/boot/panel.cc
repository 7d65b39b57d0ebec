#include "src/boot/panel.h"

#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

constexpr unsigned kTitleLine = 2;
constexpr unsigned kFirstLine = 4;
constexpr size_t kLines = 18;
constexpr unsigned kMessageLine = 23;
constexpr unsigned kHintLine = 24;

// The bar of the selection is a column wider than the text on either side.
constexpr unsigned kBarColumn = 2;
constexpr unsigned kTextColumn = 3;
constexpr unsigned kTextWidth = 76;
constexpr unsigned kLabelWidth = 26;
constexpr unsigned kValueColumn = 31;
constexpr unsigned kValueWidth = 48;
constexpr unsigned kCountColumn = 70;
constexpr unsigned kCountWidth = 9;

}  // namespace

Panel::Panel(Session& session, StrView title, std::span<Item> items, StrView hint, bool with_values)
    : session_(session),
      screen_(session.context.console, session.palette),
      title_(title),
      hint_(hint),
      items_(items),
      with_values_(with_values) {
    current_ = find_selectable(0, 1);
}

/// The nearest line from `from` on that can be selected; the number of lines if there is none.
size_t Panel::find_selectable(size_t from, int step) const {
    for (; from < items_.size(); from += static_cast<size_t>(step)) {
        if (!items_[from].gap) return from;
    }
    return items_.size();
}

void Panel::select(size_t index) {
    current_ = index;
    scroll();
}

void Panel::set_timeout(Duration first, Duration again) {
    if (first.us() > 0) deadline_ = session_.context.clock.now() + first;
    again_ = again;
}

/// Brings the selection into view: half a screen further, so that most moves redraw two lines.
void Panel::scroll() {
    if (current_ >= top_ && current_ < top_ + kLines) return;
    const size_t last = items_.size() > kLines ? items_.size() - kLines : 0;
    top_ = current_ < kLines ? 0 : min(current_ - kLines / 2, last);
}

void Panel::move_by(int lines) {
    const size_t last = items_.size() - 1;
    const size_t from = static_cast<size_t>(
        clamp<i64>(static_cast<i64>(current_) + lines, 0, static_cast<i64>(last)));
    const int step = lines < 0 ? -1 : 1;
    size_t found = find_selectable(from, step);
    // Beyond the last line of its kind: as far as it goes.
    if (found == items_.size()) found = find_selectable(from, -step);
    select(found);
}

bool Panel::navigate(int key) {
    constexpr int kPage = static_cast<int>(kLines) - 1;
    const int all = static_cast<int>(items_.size());
    switch (key) {
        case platform::kKeyUp:
        case control('p'):
            move_by(-1);
            return true;
        case platform::kKeyDown:
        case control('n'):
        case kTab:
            move_by(1);
            return true;
        case platform::kKeyPageUp:
            move_by(-kPage);
            return true;
        case platform::kKeyPageDown:
            move_by(kPage);
            return true;
        case platform::kKeyHome:
            move_by(-all);
            return true;
        case platform::kKeyEnd:
            move_by(all);
            return true;
        default:
            return false;
    }
}

int Panel::next_key() {
    while (true) {
        // Keys that are there already are obeyed first: then one drawing serves them all.
        int key = session_.keyboard.read();
        if (key == platform::kNoKey) {
            draw();
            const Instant now = session_.context.clock.now();
            const Instant tick = now + Duration::us((deadline_ - now).us() % 1'000'000 + 1);
            key = wait_for_key(session_, deadline_ == Instant::never() ? deadline_ : tick);
        }
        const Instant now = session_.context.clock.now();
        if (key == platform::kNoKey) {
            if (now >= deadline_) return key;
            continue;
        }
        if (std::exchange(complained_, false)) all_changed_ = true;
        deadline_ = again_.us() > 0 ? now + again_ : Instant::never();
        return key;
    }
}

void Panel::complain(StrView sentence) {
    draw();
    screen_.go_to(kMessageLine, kBarColumn);
    screen_.use(Pair::alert);
    screen_.put(" ");
    put_cut(screen_, sentence, kTextWidth);
    screen_.put(" ");
    place_cursor();
    complained_ = true;
}

Result<void> Panel::edit() {
    TRY(field_.assign(items_[current_].value));
    editing_ = line_changed_ = true;
    return {};
}

Result<bool> Panel::edit_key(int key) {
    const bool edited = TRY(field_.key(key));
    line_changed_ |= edited;
    return edited;
}

Result<void> Panel::end_edit(bool keep) {
    editing_ = false;
    line_changed_ = true;
    return keep ? items_[current_].value.assign(field_.text()) : Result<void>();
}

void Panel::draw() {
    const Instant now = session_.context.clock.now();
    if (all_changed_) {
        screen_.clear();
        draw_title();
    }
    if (all_changed_ || top_ != drawn_top_) {
        for (size_t i = 0; i < kLines; ++i) draw_line(top_ + i);
    } else if (current_ != drawn_current_ || line_changed_) {
        if (current_ != drawn_current_) draw_line(drawn_current_);
        draw_line(current_);
    }
    if (items_.size() > kLines && (all_changed_ || current_ != drawn_current_)) {
        screen_.go_to(kHintLine, kCountColumn);
        screen_.use(Pair::normal);
        format(screen_, "{4}/{-4}", current_ + 1, items_.size());
    }
    draw_countdown(now);
    place_cursor();
    all_changed_ = line_changed_ = false;
    drawn_ = true;
    drawn_current_ = current_;
    drawn_top_ = top_;
}

void Panel::place_cursor() {
    const unsigned column = editing_ ? cursor_column_ : kTextColumn;
    screen_.go_to(kFirstLine + static_cast<unsigned>(current_ - top_), column);
    screen_.flush();
}

void Panel::draw_title() {
    screen_.go_to(kTitleLine, kTextColumn);
    screen_.use(Pair::normal, true);
    put_cut(screen_, title_, deadline_ == Instant::never() ? kTextWidth : kCountColumn - 5);
    screen_.go_to(kHintLine, kTextColumn);
    screen_.use(Pair::separator);
    screen_.put(hint_);
    seconds_shown_ = -1;
}

void Panel::draw_countdown(Instant now) {
    const bool counting = deadline_ != Instant::never();
    const i64 seconds = counting ? ((deadline_ - now).us() + 999'999) / 1'000'000 : -1;
    if (seconds == seconds_shown_) return;
    seconds_shown_ = seconds;
    screen_.go_to(kTitleLine, kCountColumn);
    screen_.use(Pair::normal);
    if (counting) {
        format(screen_, "{7} s", max<i64>(seconds, 0));
    } else {
        screen_.put_field({}, kCountWidth);
    }
}

void Panel::draw_line(size_t index) {
    if (index < top_ || index >= top_ + kLines) return;
    screen_.go_to(kFirstLine + static_cast<unsigned>(index - top_), kBarColumn);
    if (index < items_.size()) draw_item(items_[index], index == current_);
    // A cleared screen is blank already.
    if (all_changed_) return;
    screen_.use(Pair::normal);
    screen_.erase_rest_of_line();
}

void Panel::draw_item(const Item& item, bool selected) {
    screen_.use(selected ? Pair::selected : item.gap ? Pair::separator : Pair::normal);
    screen_.put(" ");
    const bool valued = with_values_ && !item.gap;
    if (selected && !valued) {
        screen_.put_field(item.text, kTextWidth);
        screen_.put(" ");
    } else if (valued) {
        screen_.put_field(item.text, kLabelWidth);
        screen_.put(" ");
        draw_value(item, selected && editing_);
    } else {
        put_cut(screen_, item.text, kTextWidth);
    }
}

/// The value in its place; of one that is being edited the part around the cursor.
void Panel::draw_value(const Item& item, bool edited) {
    screen_.use(edited ? Pair::edit : Pair::normal);
    screen_.put(" ");
    StrView text = edited ? field_.text() : item.value.view();
    size_t cursor = edited ? field_.cursor() : 0;
    String stars;
    if (item.secret) {
        // One star for each character, as wide as it is.
        cursor = columns_of(text.first(cursor));
        const size_t count = columns_of(text);
        for (size_t i = 0; i < count && stars.push_back('*').ok(); ++i) {
        }
        text = stars;
        cursor = min(cursor, text.size());
    }
    if (!edited) {
        put_cut(screen_, text, kValueWidth);
        return;
    }
    // The text moves under the field until the cursor is inside, with a column to spare.
    size_t start = 0;
    while (columns_of(text.substr(start, cursor - start)) >= kValueWidth) {
        StrView rest = text.substr(start);
        take_glyph(rest);
        start = text.size() - rest.size();
    }
    cursor_column_ =
        kValueColumn + static_cast<unsigned>(columns_of(text.substr(start, cursor - start)));
    text = text.substr(start);
    size_t used = 0;
    while (!text.empty()) {
        const Glyph glyph = take_glyph(text);
        if (used + glyph.columns > kValueWidth) break;
        used += glyph.columns;
        screen_.put(glyph.shown);
    }
    screen_.put_field({}, kValueWidth - used);
    screen_.put(" ");
}

}  // namespace kedge::boot
