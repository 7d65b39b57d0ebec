#include "base/str.h"

#include <new>

namespace kedge {

bool StrView::equals_ignoring_case(StrView other) const {
    if (size_ != other.size_) return false;
    for (size_t i = 0; i < size_; ++i) {
        if (to_lower(data_[i]) != to_lower(other.data_[i])) return false;
    }
    return true;
}

size_t StrView::find(StrView text, size_t from) const {
    for (size_t i = from; i + text.size() <= size_; ++i) {
        if (substr(i, text.size()) == text) return i;
    }
    return npos;
}

StrView StrView::trimmed() const {
    size_t from = 0;
    size_t to = size_;
    while (from < to && is_space(data_[from])) ++from;
    while (to > from && is_space(data_[to - 1])) --to;
    return substr(from, to - from);
}

std::optional<u64> parse_number(StrView text, unsigned base) {
    if (base == 0) {
        if (text.size() > 2 && text[0] == '0' && to_lower(text[1]) == 'x') {
            return parse_number(text.substr(2), 16);
        }
        base = text.size() > 1 && text[0] == '0' ? 8 : 10;
    }
    if (text.empty()) return std::nullopt;
    u64 value = 0;
    for (char c : text) {
        const std::optional<u8> digit = hex_digit(c);
        if (!digit || *digit >= base) return std::nullopt;
        u64 scaled = 0;
        if (__builtin_mul_overflow(value, u64{base}, &scaled)) return std::nullopt;
        if (__builtin_add_overflow(scaled, u64{*digit}, &value)) return std::nullopt;
    }
    return value;
}

String::~String() { ::operator delete(data_); }

void String::swap(String& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
}

Result<String> String::from(StrView text) {
    String out;
    TRY(out.append(text));
    return out;
}

Result<void> String::reserve(size_t capacity) {
    if (data_ != nullptr && capacity <= capacity_) return {};
    char* grown = static_cast<char*>(::operator new(capacity + 1, std::nothrow));
    if (grown == nullptr) return Error::no_memory;
    if (size_ != 0) __builtin_memcpy(grown, data_, size_);
    grown[size_] = '\0';
    ::operator delete(data_);
    data_ = grown;
    capacity_ = capacity;
    return {};
}

Result<void> String::append(StrView text) {
    if (text.empty()) return {};
    size_t wanted = 0;
    if (__builtin_add_overflow(size_, text.size(), &wanted)) return Error::no_memory;
    if (wanted > capacity_ || data_ == nullptr) {
        // The text may be a view of this very string: build the new one beside the old.
        String grown;
        TRY(grown.reserve(max(wanted, capacity_ * 2)));
        if (size_ != 0) __builtin_memcpy(grown.data_, data_, size_);
        __builtin_memcpy(grown.data_ + size_, text.data(), text.size());
        grown.size_ = wanted;
        grown.data_[wanted] = '\0';
        swap(grown);
        return {};
    }
    __builtin_memmove(data_ + size_, text.data(), text.size());
    size_ = wanted;
    data_[size_] = '\0';
    return {};
}

Result<void> String::assign(StrView text) {
    String fresh;
    TRY(fresh.append(text));
    swap(fresh);
    return {};
}

void String::truncate(size_t size) {
    if (size >= size_) return;
    size_ = size;
    data_[size_] = '\0';
}

}  // namespace kedge
