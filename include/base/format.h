// Printing: a small, type-safe format() in the manner of std::format.
//
//   {}      any integer, bool, char, StrView, String, const char*, or type with format_to()
//   {x}     hexadecimal, {04x} zero-filled to 4, {6} right-aligned in 6, {-12} left-aligned in 12
//   {.1}    a u64/i64 in thousandths printed with one decimal: 1234 -> 1.2
//   {{      a brace
//
// Own types: declare  void format_to(TextSink&, const T&)  in their namespace.
#pragma once

#include "base/str.h"
#include "base/types.h"

namespace kedge {

/// Where text goes: a console, a log, a string.
class TextSink {
  public:
    virtual void put(StrView text) = 0;

  protected:
    ~TextSink() = default;
};

/// One argument with its type; made by format(), not by hand.
struct FormatArg {
    enum class Kind : u8 { unsigned_int, signed_int, character, boolean, text, custom };
    using Printer = void (*)(TextSink&, const void*);

    FormatArg(u64 v) : kind(Kind::unsigned_int), number(v) {}
    FormatArg(i64 v) : kind(Kind::signed_int), number(static_cast<u64>(v)) {}
    FormatArg(char v) : kind(Kind::character), number(static_cast<u8>(v)) {}
    FormatArg(bool v) : kind(Kind::boolean), number(v ? 1 : 0) {}
    FormatArg(StrView v) : kind(Kind::text), number(v.size()), data(v.data()) {}
    FormatArg(const void* object, Printer p) : kind(Kind::custom), printer(p), data(object) {}

    // What a kind does not need is left alone: each call makes these, and stores cost.
    Kind kind;
    union {
        u64 number;  // of text: its size
        Printer printer;
    };
    const void* data;
};

template <typename T>
FormatArg make_format_arg(const T& value) {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, char>) {
        return FormatArg(value);
    } else if constexpr (std::is_convertible_v<const T&, StrView>) {
        return FormatArg(static_cast<StrView>(value));
    } else if constexpr (std::is_enum_v<T>) {
        return FormatArg(static_cast<u64>(value));
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
        return FormatArg(static_cast<i64>(value));
    } else if constexpr (std::is_integral_v<T>) {
        return FormatArg(static_cast<u64>(value));
    } else {
        return FormatArg(&value, [](TextSink& sink, const void* object) {
            format_to(sink, *static_cast<const T*>(object));
        });
    }
}

void format_args(TextSink& sink, StrView pattern, std::span<const FormatArg> args);

template <typename... Args>
void format(TextSink& sink, StrView pattern, const Args&... args) {
    if constexpr (sizeof...(args) == 0) {
        format_args(sink, pattern, {});
    } else {
        const FormatArg list[] = {make_format_arg(args)...};
        format_args(sink, pattern, list);
    }
}

/// A sentence in a fixed buffer: what does not fit is cut. For messages that must not need memory.
template <size_t kSize>
class Text final : public TextSink {
  public:
    Text() = default;
    template <typename... Args>
    explicit Text(StrView pattern, const Args&... args) {
        format(*this, pattern, args...);
    }

    void put(StrView text) override {
        for (char c : text) {
            if (size_ < kSize) data_[size_++] = c;
        }
    }
    void clear() { size_ = 0; }
    bool empty() const { return size_ == 0; }
    size_t size() const { return size_; }
    StrView view() const { return {data_.data(), size_}; }
    operator StrView() const { return view(); }

  private:
    std::array<char, kSize> data_{};
    size_t size_ = 0;
};

/// Appends to a String and remembers whether memory ran out.
class StringSink final : public TextSink {
  public:
    explicit StringSink(String& string) : string_(string) {}
    void put(StrView text) override {
        if (status_.ok()) status_ = string_.append(text);
    }
    Result<void> status() const { return status_; }

  private:
    String& string_;
    Result<void> status_;
};

template <typename... Args>
Result<String> format_string(StrView pattern, const Args&... args) {
    String out;
    StringSink sink(out);
    format(sink, pattern, args...);
    TRY(sink.status());
    return out;
}

}  // namespace kedge
