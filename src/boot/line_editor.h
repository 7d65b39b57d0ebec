// One line of typing: cursor keys, backspace, delete, history.
#pragma once

#include "base/vector.h"
#include "platform/console.h"

namespace kedge::boot {

class LineEditor {
  public:
    enum class Event : u8 { none, line, cancelled };

    LineEditor(TextSink& console, StrView prompt) : console_(console), prompt_(prompt) {}

    /// Prints the prompt and starts an empty line.
    void begin();
    /// After Event::line, text() is the line until begin(). Error::no_memory leaves it as it was.
    Result<Event> key(int key);
    StrView text() const { return text_; }

    static constexpr size_t kMaxLine = 1024;
    static constexpr size_t kMaxHistory = 32;

  private:
    Result<Event> type(char c);
    Result<void> insert(char c);
    Result<void> erase(size_t at);
    Result<void> recall(size_t entry);
    Result<void> remember();
    void redraw();

    TextSink& console_;
    StrView prompt_;
    String text_;
    size_t cursor_ = 0;
    size_t drawn_ = 0;  // characters of text on the screen
    Vector<String> history_;
    size_t recalled_ = 0;  // index into history_; its size: the line being typed
};

}  // namespace kedge::boot
