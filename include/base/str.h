// StrView (borrowed text), String (owned text), and reading numbers from text.
#pragma once

#include <compare>
#include <optional>

#include "base/result.h"
#include "base/types.h"

namespace kedge {

/// Text that somebody else owns; not NUL-ended.
class StrView {
  public:
    static constexpr size_t npos = SIZE_MAX;

    constexpr StrView() = default;
    constexpr StrView(const char* data, size_t size) : data_(data), size_(size) {}
    // A literal's length is known only where it is inlined.
    [[gnu::always_inline]] constexpr StrView(const char* text)
        : data_(text), size_(__builtin_strlen(text)) {}
    static StrView from(Bytes bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    constexpr const char* data() const { return data_; }
    constexpr size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr const char* begin() const { return data_; }
    constexpr const char* end() const { return data_ + size_; }
    constexpr char operator[](size_t i) const {
        ASSERT(i < size_);
        return data_[i];
    }
    constexpr char front() const { return (*this)[0]; }
    constexpr char back() const { return (*this)[size_ - 1]; }
    Bytes bytes() const { return {reinterpret_cast<const u8*>(data_), size_}; }

    /// Positions beyond the end are cut to the end.
    constexpr StrView substr(size_t from, size_t count = npos) const {
        const size_t start = min(from, size_);
        return {data_ + start, min(count, size_ - start)};
    }
    constexpr StrView first(size_t count) const { return substr(0, count); }

    constexpr bool operator==(StrView other) const {
        if (size_ != other.size_) return false;
        for (size_t i = 0; i < size_; ++i) {
            if (data_[i] != other.data_[i]) return false;
        }
        return true;
    }

    constexpr bool starts_with(StrView prefix) const { return first(prefix.size()) == prefix; }
    constexpr bool ends_with(StrView suffix) const {
        return size_ >= suffix.size() && substr(size_ - suffix.size()) == suffix;
    }
    /// ASCII only.
    bool equals_ignoring_case(StrView other) const;

    constexpr size_t find(char c, size_t from = 0) const {
        for (size_t i = from; i < size_; ++i) {
            if (data_[i] == c) return i;
        }
        return npos;
    }
    constexpr size_t rfind(char c) const {
        for (size_t i = size_; i > 0; --i) {
            if (data_[i - 1] == c) return i - 1;
        }
        return npos;
    }
    size_t find(StrView text, size_t from = 0) const;

    /// Without white space (space, \t, \r, \n, \v, \f) at both ends.
    StrView trimmed() const;

  private:
    const char* data_ = nullptr;
    size_t size_ = 0;
};

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
/// 0 to 15, or nothing.
constexpr std::optional<u8> hex_digit(char c) {
    if (is_digit(c)) return static_cast<u8>(c - '0');
    const char lower = to_lower(c);
    if (lower >= 'a' && lower <= 'f') return static_cast<u8>(lower - 'a' + 10);
    return std::nullopt;
}

/// The whole text as an unsigned number of that base; nothing if it is empty, has another
/// character, or does not fit. Base 0 means C rules: 0x hexadecimal, leading 0 octal.
std::optional<u64> parse_number(StrView text, unsigned base = 10);

/// Text on the heap. Move-only; every growth can fail with Error::no_memory and then changes
/// nothing. Always NUL-ended for c_str().
class String {
  public:
    String() = default;
    String(String&& other) noexcept { swap(other); }
    String& operator=(String&& other) noexcept {
        swap(other);
        return *this;
    }
    String(const String&) = delete;
    String& operator=(const String&) = delete;
    ~String();

    static Result<String> from(StrView text);
    Result<String> clone() const { return from(view()); }

    Result<void> append(StrView text);
    Result<void> push_back(char c) { return append({&c, 1}); }
    Result<void> assign(StrView text);
    Result<void> reserve(size_t capacity);
    /// Cuts to at most `size` characters.
    void truncate(size_t size);
    void clear() { truncate(0); }

    StrView view() const { return {data_ != nullptr ? data_ : "", size_}; }
    operator StrView() const { return view(); }
    const char* c_str() const { return data_ != nullptr ? data_ : ""; }
    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    char operator[](size_t i) const { return view()[i]; }

  private:
    void swap(String& other) noexcept;

    char* data_ = nullptr;
    size_t size_ = 0;
    size_t capacity_ = 0;  // characters, without the NUL
};

}  // namespace kedge
