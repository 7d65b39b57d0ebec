// Panel: a screen with a title and a list to move in, and perhaps values to edit. Menus, forms and
// the settings editor are panels.
#pragma once

#include "src/boot/line_buffer.h"
#include "src/boot/screen.h"
#include "src/boot/session.h"

namespace kedge::boot {

class Panel {
  public:
    /// All is borrowed. `hint` says which keys there are, on the last line.
    Panel(Session& session, StrView title, std::span<Item> items, StrView hint, bool with_values);
    /// Leaves an empty screen, if it drew anything.
    ~Panel() {
        if (drawn_) screen_.leave();
    }
    Panel(const Panel&) = delete;
    Panel& operator=(const Panel&) = delete;

    /// Is there a line that can be selected? Without one there is no use in the rest.
    bool usable() const { return current_ < items_.size(); }
    size_t current() const { return current_; }
    void select(size_t index);
    /// next_key() ends after `first`, and after each key after `again`; zero: never.
    void set_timeout(Duration first, Duration again);

    /// Draws what has changed and waits for a key; kNoKey when the time is up.
    int next_key();
    /// Moves the selection if that is what `key` does.
    bool navigate(int key);
    /// Everything is to be drawn anew: the lines have changed, or a terminal came late.
    void refresh() { all_changed_ = true; }
    /// What went wrong, above the hint, until the next key.
    void complain(StrView sentence);

    /// Begins to edit the value of the current line. Error::no_memory.
    Result<void> edit();
    /// Is `key` for the editor? Error::no_memory.
    Result<bool> edit_key(int key);
    /// Ends editing; `keep`: the line's value is then what was typed.
    Result<void> end_edit(bool keep);
    bool editing() const { return editing_; }

  private:
    size_t find_selectable(size_t from, int step) const;
    void move_by(int lines);
    void scroll();
    void draw();
    void draw_title();
    void place_cursor();
    void draw_line(size_t index);
    void draw_item(const Item& item, bool selected);
    void draw_value(const Item& item, bool edited);
    void draw_countdown(Instant now);

    Session& session_;
    Screen screen_;
    StrView title_;
    StrView hint_;
    std::span<Item> items_;
    bool with_values_;

    size_t current_ = 0;
    size_t top_ = 0;  // index of the first line on the screen
    size_t drawn_current_ = 0;
    size_t drawn_top_ = 0;
    bool drawn_ = false;
    bool all_changed_ = true;
    bool line_changed_ = false;
    bool complained_ = false;

    LineBuffer field_;
    bool editing_ = false;
    unsigned cursor_column_ = 0;

    Instant deadline_ = Instant::never();
    Duration again_;
    i64 seconds_shown_ = -1;
};

}  // namespace kedge::boot
