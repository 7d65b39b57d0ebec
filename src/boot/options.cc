#include "src/boot/options.h"

namespace kedge::boot {

size_t Invocation::index_of(StrView option) const {
    for (size_t i = 0; i < specs_.size(); ++i) {
        if (option == specs_[i].name) return i;
    }
    return specs_.size();
}

bool Invocation::has(StrView option) const { return value(option).has_value(); }

std::optional<StrView> Invocation::value(StrView option) const {
    const size_t index = index_of(option);
    ASSERT(index < specs_.size());
    std::optional<StrView> last;
    for (const Given& one : given_) {
        if (one.index == index) last = one.value;
    }
    return last;
}

Result<Vector<StrView>> Invocation::values(StrView option) const {
    const size_t index = index_of(option);
    Vector<StrView> all;
    for (const Given& one : given_) {
        if (one.index == index) TRY(all.push_back(one.value));
    }
    return all;
}

Result<std::optional<Duration>> Invocation::milliseconds(StrView option) {
    if (!has(option)) return std::optional<Duration>();
    return std::optional<Duration>(Duration::ms(static_cast<i64>(TRY(number(option, 0)))));
}

Result<u64> Invocation::number(StrView option, u64 otherwise) {
    const std::optional<StrView> text = value(option);
    if (!text) return otherwise;
    const std::optional<u64> number = parse_integer(*text);
    if (!number || *number > UINT32_MAX) return misuse(*text);
    return *number;
}

Result<Duration> Invocation::duration(StrView option) {
    return TRY(milliseconds(option)).value_or(Duration());
}

Result<void> Invocation::parse(std::span<const String> words, std::span<const OptionSpec> specs) {
    ASSERT(!words.empty());
    words_ = words;
    specs_ = specs;
    size_t at = 1;
    while (at < words.size()) {
        const StrView word = words[at];
        // A lone "-" is an argument.
        if (word.size() < 2 || word[0] != '-') break;
        ++at;
        if (word == "--") break;
        problem_ = word;
        TRY(word[1] == '-' ? parse_long(word.substr(2), at) : parse_short(word.substr(1), at));
        problem_ = {};
    }
    first_ = at;
    return {};
}

Result<void> Invocation::parse_long(StrView word, size_t& at) {
    const size_t equals = word.find('=');
    const StrView name = word.first(equals);
    if (name == "help" && equals == StrView::npos) {
        wants_help_ = true;
        return {};
    }
    const size_t index = index_of(name);
    if (index == specs_.size()) return Error::invalid_argument;
    if (!specs_[index].takes_value) {
        return equals == StrView::npos ? set_option(index, {}) : Error::invalid_argument;
    }
    if (equals != StrView::npos) return set_option(index, word.substr(equals + 1));
    if (at == words_.size()) return Error::invalid_argument;
    return set_option(index, words_[at++]);
}

Result<void> Invocation::parse_short(StrView word, size_t& at) {
    for (size_t i = 0; i < word.size(); ++i) {
        size_t index = 0;
        while (index < specs_.size() && specs_[index].letter != word[i]) ++index;
        if (index == specs_.size()) {
            if (word[i] != 'h') return Error::invalid_argument;
            wants_help_ = true;
            continue;
        }
        if (!specs_[index].takes_value) {
            TRY(set_option(index, {}));
            continue;
        }
        if (i + 1 < word.size()) return set_option(index, word.substr(i + 1));
        if (at == words_.size()) return Error::invalid_argument;
        return set_option(index, words_[at++]);
    }
    return {};
}

Result<void> Invocation::set_option(size_t index, StrView value) {
    return given_.push_back({index, value});
}

}  // namespace kedge::boot
