#include "src/boot/line_editor.h"

namespace kedge::boot {
namespace {

constexpr int kBackspace = 0x08;
constexpr int kRubOut = 0x7f;
constexpr int kCtrlA = 0x01;
constexpr int kCtrlCKey = 0x03;
constexpr int kCtrlE = 0x05;
constexpr int kCtrlK = 0x0b;
constexpr int kCtrlU = 0x15;

}  // namespace

void LineEditor::begin() {
    text_.clear();
    cursor_ = 0;
    drawn_ = 0;
    recalled_ = history_.size();
    console_.put(prompt_);
}

Result<LineEditor::Event> LineEditor::key(int key) {
    switch (key) {
        case '\r':
        case '\n':
            console_.put("\n");
            TRY(remember());
            return Event::line;
        case kCtrlCKey:
            console_.put("^C\n");
            return Event::cancelled;
        case kBackspace:
        case kRubOut:
            if (cursor_ == 0) return Event::none;
            --cursor_;
            TRY(erase(cursor_));
            break;
        case platform::kKeyDelete:
            TRY(erase(cursor_));
            break;
        case platform::kKeyLeft:
            cursor_ -= cursor_ > 0 ? 1 : 0;
            break;
        case platform::kKeyRight:
            cursor_ += cursor_ < text_.size() ? 1 : 0;
            break;
        case platform::kKeyHome:
        case kCtrlA:
            cursor_ = 0;
            break;
        case platform::kKeyEnd:
        case kCtrlE:
            cursor_ = text_.size();
            break;
        case kCtrlK:
            text_.truncate(cursor_);
            break;
        case kCtrlU:
            text_.clear();
            cursor_ = 0;
            break;
        case platform::kKeyUp:
            if (recalled_ > 0) TRY(recall(recalled_ - 1));
            break;
        case platform::kKeyDown:
            if (recalled_ < history_.size()) TRY(recall(recalled_ + 1));
            break;
        default:
            if (key < ' ' || key >= kRubOut) return Event::none;
            return type(static_cast<char>(key));
    }
    redraw();
    return Event::none;
}

Result<LineEditor::Event> LineEditor::type(char c) {
    const size_t before = text_.size();
    const bool at_end = cursor_ == before;
    TRY(insert(c));
    if (!at_end || text_.size() == before) {
        redraw();
        return Event::none;
    }
    // The usual case does not repaint the line for each character.
    console_.put({&c, 1});
    drawn_ = text_.size();
    return Event::none;
}

Result<void> LineEditor::insert(char c) {
    if (text_.size() >= kMaxLine) return {};
    String changed;
    TRY(changed.append(text_.view().first(cursor_)));
    TRY(changed.push_back(c));
    TRY(changed.append(text_.view().substr(cursor_)));
    text_ = std::move(changed);
    ++cursor_;
    return {};
}

Result<void> LineEditor::erase(size_t at) {
    if (at >= text_.size()) return {};
    String changed;
    TRY(changed.append(text_.view().first(at)));
    TRY(changed.append(text_.view().substr(at + 1)));
    text_ = std::move(changed);
    return {};
}

Result<void> LineEditor::recall(size_t entry) {
    TRY(text_.assign(entry < history_.size() ? history_[entry].view() : StrView()));
    recalled_ = entry;
    cursor_ = text_.size();
    return {};
}

Result<void> LineEditor::remember() {
    const bool repeated = !history_.empty() && history_.back().view() == text_.view();
    if (text_.empty() || repeated) return {};
    if (history_.size() == kMaxHistory) history_.erase(0);
    return history_.push_back(TRY(text_.clone()));
}

void LineEditor::redraw() {
    console_.put("\r");
    console_.put(prompt_);
    console_.put(text_);
    size_t column = text_.size();
    for (; column < drawn_; ++column) console_.put(" ");
    drawn_ = text_.size();
    for (; column > cursor_; --column) console_.put("\b");
}

}  // namespace kedge::boot
