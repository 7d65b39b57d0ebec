#include "src/boot/line_buffer.h"

#include "src/boot/keyboard.h"

namespace kedge::boot {
namespace {

constexpr bool is_inside_character(char c) { return (static_cast<u8>(c) & 0xc0) == 0x80; }

}  // namespace

size_t LineBuffer::before(size_t at) const {
    while (at > 0 && is_inside_character(text_[--at])) {
    }
    return at;
}

size_t LineBuffer::after(size_t at) const {
    const size_t size = text_.size();
    if (at < size) ++at;
    while (at < size && is_inside_character(text_[at])) ++at;
    return at;
}

size_t LineBuffer::word_before(size_t at) const {
    while (at > 0 && text_[at - 1] == ' ') --at;
    while (at > 0 && text_[at - 1] != ' ') --at;
    return at;
}

Result<void> LineBuffer::splice(size_t from, size_t to, StrView with) {
    const StrView old = text_;
    if (old.size() - (to - from) + with.size() > kMaxLine) return {};
    String changed;
    TRY(changed.append(old.first(from)));
    TRY(changed.append(with));
    TRY(changed.append(old.substr(to)));
    text_ = std::move(changed);
    cursor_ = from + with.size();
    return {};
}

Result<void> LineBuffer::assign(StrView text) {
    TRY(text_.assign(text.first(kMaxLine)));
    cursor_ = text_.size();
    return {};
}

Result<bool> LineBuffer::key(int key) {
    switch (key) {
        case kBackspace:
        case kRubOut:
            TRY(splice(before(cursor_), cursor_, {}));
            return true;
        case platform::kKeyDelete:
        case control('d'):
            TRY(splice(cursor_, after(cursor_), {}));
            return true;
        case control('k'):
            TRY(splice(cursor_, text_.size(), {}));
            return true;
        case control('u'):
            TRY(splice(0, cursor_, {}));
            return true;
        case control('w'):
            TRY(splice(word_before(cursor_), cursor_, {}));
            return true;
        case platform::kKeyLeft:
        case control('b'):
            cursor_ = before(cursor_);
            return true;
        case platform::kKeyRight:
        case control('f'):
            cursor_ = after(cursor_);
            return true;
        case platform::kKeyHome:
        case control('a'):
            cursor_ = 0;
            return true;
        case platform::kKeyEnd:
        case control('e'):
            cursor_ = text_.size();
            return true;
        default:
            break;
    }
    if (key < ' ' || key > 0xff) return false;
    // A terminal sends other characters than ASCII as the bytes of their UTF-8.
    const char byte = static_cast<char>(key);
    TRY(insert({&byte, 1}));
    return true;
}

}  // namespace kedge::boot
