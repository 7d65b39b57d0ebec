// A terminal: what was printed, as the grid of characters that a person would see. It is strict:
// what a firmware has no business to send is remembered in `refused`.
#pragma once

#include <string>
#include <vector>

#include "platform/console.h"

namespace kedge::fakes {

class Terminal final : public platform::Console {
  public:
    explicit Terminal(int lines = 24, int columns = 80);

    void put(StrView text) override;
    int read_key() override { return platform::kNoKey; }

    struct Cell {
        std::string character = " ";
        int foreground = 9;
        int background = 9;
        bool bold = false;
    };
    const Cell& cell(int line, int column) const { return cells_[line - 1][column - 1]; }
    /// Without blanks at the end. Lines and columns count from 1.
    std::string line(int number) const;
    /// All lines, empty ones at the end left out.
    std::string text() const;
    /// First line that holds the text, or 0.
    int find(const std::string& text) const;
    int cursor_line() const { return line_ + 1; }
    int cursor_column() const { return column_ + 1; }
    /// How often the terminal had to move everything up.
    int scrolled = 0;
    size_t bytes = 0;
    std::vector<std::string> refused;

  private:
    void character(const std::string& utf8, int columns);
    void control(unsigned char byte);
    void sequence(char final);
    void colours();
    void new_line();
    int parameter(size_t index, int otherwise) const;

    int lines_;
    int columns_;
    std::vector<std::vector<Cell>> cells_;
    int line_ = 0;
    int column_ = 0;
    bool wrap_pending_ = false;
    bool wraps_ = true;
    Cell pen_;
    enum class State { plain, escape, csi } state_ = State::plain;
    std::string parameters_;
    std::string utf8_;
};

}  // namespace kedge::fakes
