#include "base/format.h"

namespace kedge {

namespace {

/// What stands between the braces.
struct Spec {
    size_t width = 0;
    bool zero_fill = false;
    bool left = false;
    bool hex = false;
    bool thousandths = false;
};

Spec parse_spec(StrView text) {
    Spec spec;
    for (char c : text) {
        if (c == 'x') {
            spec.hex = true;
        } else if (c == '-') {
            spec.left = true;
        } else if (c == '.') {
            // ".1": the only precision there is.
            spec.thousandths = true;
            break;
        } else if (c == '0' && spec.width == 0) {
            spec.zero_fill = true;
        } else if (is_digit(c)) {
            spec.width = spec.width * 10 + static_cast<size_t>(c - '0');
        }
    }
    return spec;
}

void put_repeated(TextSink& sink, char c, size_t count) {
    for (size_t i = 0; i < count; ++i) sink.put({&c, 1});
}

void put_padded(TextSink& sink, StrView text, const Spec& spec) {
    const size_t missing = spec.width > text.size() ? spec.width - text.size() : 0;
    if (!spec.left) put_repeated(sink, spec.zero_fill ? '0' : ' ', missing);
    sink.put(text);
    if (spec.left) put_repeated(sink, ' ', missing);
}

/// Digits of a number, built from the end of a buffer that holds any 64-bit value and a sign.
class Digits {
  public:
    void number(u64 value, unsigned base, unsigned at_least = 1) {
        for (; value != 0 || at_least > 0; value /= base) {
            put("0123456789abcdef"[value % base]);
            if (at_least > 0) --at_least;
        }
    }
    void put(char c) { data_[--start_] = c; }
    StrView view() const { return {data_.data() + start_, data_.size() - start_}; }

  private:
    std::array<char, 32> data_{};
    size_t start_ = data_.size();
};

void put_integer(TextSink& sink, u64 magnitude, bool negative, const Spec& spec) {
    Digits digits;
    if (spec.thousandths) {
        const u64 tenths = magnitude / 100;
        digits.number(tenths % 10, 10);
        digits.put('.');
        digits.number(tenths / 10, 10);
    } else {
        digits.number(magnitude, spec.hex ? 16 : 10);
    }
    if (negative) digits.put('-');
    put_padded(sink, digits.view(), spec);
}

void put_arg(TextSink& sink, const FormatArg& arg, const Spec& spec) {
    switch (arg.kind) {
        case FormatArg::Kind::unsigned_int:
            put_integer(sink, arg.number, false, spec);
            return;
        case FormatArg::Kind::signed_int: {
            const bool negative = static_cast<i64>(arg.number) < 0 && !spec.hex;
            put_integer(sink, negative ? 0 - arg.number : arg.number, negative, spec);
            return;
        }
        case FormatArg::Kind::character: {
            const char c = static_cast<char>(arg.number);
            put_padded(sink, {&c, 1}, spec);
            return;
        }
        case FormatArg::Kind::boolean:
            put_padded(sink, arg.number != 0 ? "true" : "false", spec);
            return;
        case FormatArg::Kind::text:
            put_padded(sink, {static_cast<const char*>(arg.data), arg.number}, spec);
            return;
        case FormatArg::Kind::custom: {
            if (spec.width == 0) return arg.printer(sink, arg.data);
            Text<128> padded;
            arg.printer(padded, arg.data);
            put_padded(sink, padded, spec);
            return;
        }
    }
}

}  // namespace

void format_args(TextSink& sink, StrView pattern, std::span<const FormatArg> args) {
    size_t next = 0;
    while (!pattern.empty()) {
        const size_t brace = pattern.find('{');
        sink.put(pattern.first(brace));
        if (brace == StrView::npos) return;
        pattern = pattern.substr(brace + 1);
        if (!pattern.empty() && pattern.front() == '{') {
            sink.put("{");
            pattern = pattern.substr(1);
            continue;
        }
        const size_t end = pattern.find('}');
        ASSERT(end != StrView::npos && next < args.size());
        put_arg(sink, args[next++], parse_spec(pattern.first(end)));
        pattern = pattern.substr(end + 1);
    }
}

}  // namespace kedge
