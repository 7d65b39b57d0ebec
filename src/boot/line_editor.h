// One line of typing at the place where the console's cursor is: editing keys, history, and as
// many rows of the screen as the line needs.
#pragma once

#include "base/format.h"
#include "base/vector.h"
#include "src/boot/line_buffer.h"

namespace kedge::boot {

class LineEditor {
  public:
    enum class Event : u8 { none, line, cancelled, complete };

    LineEditor(TextSink& console, StrView prompt) : console_(console), prompt_(prompt) {}

    /// Prints the prompt and starts with `text`, which can be edited. `column`: where the cursor is
    /// on its row. Error::no_memory.
    Result<void> begin(StrView text = {}, size_t column = 0);
    /// After Event::line, text() is the line until begin(). Event::complete: Tab was pressed.
    /// Error::no_memory leaves the line as it was.
    Result<Event> key(int key);
    StrView text() const { return buffer_.text(); }
    size_t cursor() const { return buffer_.cursor(); }
    /// At the cursor.
    Result<void> insert(StrView text);
    /// The same line with its prompt once more, after something else was printed.
    void begin_again();

    static constexpr size_t kMaxLine = LineBuffer::kMaxLine;
    static constexpr size_t kMaxHistory = 32;
    /// The last column stays free: terminals differ in what they do when it is written to.
    static constexpr size_t kColumns = 79;

  private:
    struct Place {
        size_t row = 0;
        size_t column = 0;
    };

    Result<void> recall(size_t entry);
    Result<void> remember();
    void redraw();
    void move_to(Place from, Place to);
    Place lay_out(StrView text, bool print);

    TextSink& console_;
    StrView prompt_;
    LineBuffer buffer_;
    Place origin_;     // where the text begins; its row counts as 0
    Place at_;         // where the cursor is
    size_t rows_ = 0;  // last row that has been drawn
    Vector<String> history_;
    size_t recalled_ = 0;  // index into history_; its size: the line being typed
};

}  // namespace kedge::boot
