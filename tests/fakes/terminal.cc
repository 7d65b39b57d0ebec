#include "fakes/terminal.h"

#include <algorithm>
#include <sstream>

namespace kedge::fakes {

Terminal::Terminal(int lines, int columns)
    : lines_(lines), columns_(columns), cells_(lines, std::vector<Cell>(columns)) {}

void Terminal::put(StrView text) {
    bytes += text.size();
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (state_ == State::escape) {
            if (byte != '[') refused.push_back("ESC without [");
            state_ = byte == '[' ? State::csi : State::plain;
            parameters_.clear();
        } else if (state_ == State::csi) {
            if (byte < 0x20 || byte > 0x7e) refused.push_back("control in a sequence");
            if (byte >= 0x40) {
                state_ = State::plain;
                sequence(c);
            } else {
                parameters_ += c;
            }
        } else if (byte < 0x20 || byte == 0x7f) {
            control(byte);
        } else if (byte < 0x80) {
            character({c}, 1);
        } else {
            utf8_ += c;
            const auto lead = static_cast<unsigned char>(utf8_[0]);
            const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
            if (lead < 0xc2) refused.push_back("broken UTF-8");
            if (utf8_.size() < size) continue;
            if (lead == 0xc2 && byte < 0xa0) refused.push_back("C1 control");
            // Wide enough for tests: CJK and emoji take two columns, combining accents none.
            const bool accent = lead == 0xcc;
            const bool wide = lead >= 0xe3 && lead <= 0xed;
            const auto whole = std::exchange(utf8_, {});
            character(whole, accent ? 0 : wide || lead >= 0xf0 ? 2 : 1);
        }
    }
}

void Terminal::character(const std::string& utf8, int columns) {
    if (columns == 0) return;
    if (wrap_pending_ && wraps_) {
        column_ = 0;
        new_line();
    }
    wrap_pending_ = false;
    for (int i = 0; i < columns; ++i) {
        Cell& at = cells_[line_][std::min(column_, columns_ - 1)];
        at = pen_;
        at.character = i == 0 ? utf8 : "";
        ++column_;
    }
    if (column_ >= columns_) {
        column_ = columns_ - 1;
        wrap_pending_ = true;
    }
}

void Terminal::new_line() {
    if (line_ + 1 < lines_) {
        ++line_;
        return;
    }
    ++scrolled;
    cells_.erase(cells_.begin());
    cells_.emplace_back(columns_);
}

void Terminal::control(unsigned char byte) {
    switch (byte) {
        case 0x1b:
            state_ = State::escape;
            return;
        case '\n':  // consoles make it a new line
            column_ = 0;
            new_line();
            break;
        case '\r':
            column_ = 0;
            break;
        case '\b':
            column_ = std::max(column_ - 1, 0);
            break;
        default:
            refused.push_back("control " + std::to_string(byte));
    }
    wrap_pending_ = false;
}

int Terminal::parameter(size_t index, int otherwise) const {
    std::stringstream all(parameters_);
    std::string one;
    for (size_t i = 0; std::getline(all, one, ';'); ++i) {
        if (i == index && !one.empty()) return std::stoi(one);
    }
    return otherwise;
}

void Terminal::colours() {
    const size_t count = 1 + std::count(parameters_.begin(), parameters_.end(), ';');
    for (size_t i = 0; i < count; ++i) {
        const int code = parameter(i, 0);
        if (code == 0) pen_ = {};
        if (code == 1) pen_.bold = true;
        if (code >= 30 && code <= 39) pen_.foreground = code - 30;
        if (code >= 40 && code <= 49) pen_.background = code - 40;
    }
}

void Terminal::sequence(char final) {
    wrap_pending_ = false;
    if (parameters_ == "?7") {
        wraps_ = final == 'h';
        if (final == 'h' || final == 'l') return;
    }
    Cell blank = pen_;
    blank.character = " ";
    const auto move = [this](int line, int column) {
        line_ = std::clamp(line, 0, lines_ - 1);
        column_ = std::clamp(column, 0, columns_ - 1);
    };
    switch (final) {
        case 'H':
            return move(parameter(0, 1) - 1, parameter(1, 1) - 1);
        case 'A':
            return move(line_ - parameter(0, 1), column_);
        case 'B':
            return move(line_ + parameter(0, 1), column_);
        case 'C':
            return move(line_, column_ + parameter(0, 1));
        case 'D':
            return move(line_, column_ - parameter(0, 1));
        case 'm':
            return colours();
        case 'K':
            std::fill(cells_[line_].begin() + column_, cells_[line_].end(), blank);
            return;
        case 'J':
            if (parameter(0, 0) == 2) {
                for (auto& line : cells_) std::fill(line.begin(), line.end(), blank);
                return;
            }
            std::fill(cells_[line_].begin() + column_, cells_[line_].end(), blank);
            for (int i = line_ + 1; i < lines_; ++i) {
                std::fill(cells_[i].begin(), cells_[i].end(), blank);
            }
            return;
        default:
            refused.push_back("ESC [ " + parameters_ + final);
    }
}

std::string Terminal::line(int number) const {
    std::string out;
    for (const Cell& cell : cells_[number - 1]) out += cell.character;
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
}

std::string Terminal::text() const {
    std::string out;
    for (int i = 1; i <= lines_; ++i) out += line(i) + "\n";
    out.erase(out.find_last_not_of('\n') + 1);
    return out + "\n";
}

int Terminal::find(const std::string& text) const {
    for (int i = 1; i <= lines_; ++i) {
        if (line(i).find(text) != std::string::npos) return i;
    }
    return 0;
}

}  // namespace kedge::fakes
