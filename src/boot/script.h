// Script: a running "#!ipxe" file.
#pragma once

#include "src/boot/session.h"

namespace kedge::boot {

/// "#!ipxe" or "#!gpxe" followed by white space.
bool is_script(Bytes data);

/// Takes logical lines from a text: without '\r' at the end, and joined where a line ends in '\'.
class LineReader {
  public:
    explicit LineReader(StrView text) : text_(text) {}

    /// The next line, or false at the end. It lives until the next call. Error::no_memory.
    Result<bool> next(StrView& line);
    size_t offset() const { return offset_; }
    /// Of the line that next() gave last; counts from 1.
    size_t line_number() const { return line_number_; }
    /// Goes to a place where offset() and line_number() were taken before a next().
    void go_to(size_t offset, size_t lines_before);
    size_t lines_before() const { return next_number_ - 1; }
    /// Another reader that goes on behind the line that next() gave last.
    LineReader following() const {
        LineReader other(text_);
        other.go_to(offset_, lines_before());
        return other;
    }

  private:
    StrView physical_line();

    StrView text_;
    size_t offset_ = 0;
    size_t line_number_ = 0;
    size_t next_number_ = 1;
    String joined_;
};

/// A label at the beginning of a line, cut off from it; empty if there is none.
StrView take_label(StrView& line);

class Script {
  public:
    /// The image stays the caller's and must not be in the store meanwhile.
    Script(Session& session, const Image& image)
        : session_(session), image_(image), lines_(StrView::from(image.data())) {}

    /// Runs to the end, to `exit`, or to the first line that fails; that one is named on the
    /// console. The result is that of the last line.
    Result<void> run();

    /// The rest of the running line is dropped and the next line is that of the label.
    /// Error::not_found; then nothing changes.
    Result<void> go_to(StrView label);

    /// A command of the running line begins to fetch: what the script fetches next may begin too.
    void look_ahead();

  private:
    Result<void> run_line(StrView line);
    void report(StrView line, Error error) const;

    Session& session_;
    const Image& image_;
    LineReader lines_;
    StrView line_;        // that runs
    size_t fetches_ = 0;  // that it began
};

}  // namespace kedge::boot
