// One line of text and a cursor in it: what the keys of an editor do, without any drawing.
#pragma once

#include "base/str.h"

namespace kedge::boot {

class LineBuffer {
  public:
    /// True if `key` edits or moves the cursor. Error::no_memory leaves the line as it was.
    Result<bool> key(int key);
    /// The cursor goes to the end.
    Result<void> assign(StrView text);
    /// At the cursor; nothing happens beyond kMaxLine.
    Result<void> insert(StrView text) { return splice(cursor_, cursor_, text); }

    StrView text() const { return text_; }
    /// In bytes, never inside a character.
    size_t cursor() const { return cursor_; }

    static constexpr size_t kMaxLine = 1024;

  private:
    /// Replaces the bytes between two places and leaves the cursor behind what came there.
    Result<void> splice(size_t from, size_t to, StrView with);
    size_t before(size_t at) const;
    size_t after(size_t at) const;
    size_t word_before(size_t at) const;

    String text_;
    size_t cursor_ = 0;
};

}  // namespace kedge::boot
