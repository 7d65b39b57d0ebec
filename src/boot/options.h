// Options of a command: --name value, --name=value, -n value, -nvalue, -abc. They come before the
// first other argument; "--" ends them.
#pragma once

#include "base/str.h"
#include "base/time.h"
#include "base/vector.h"

namespace kedge::boot {

struct OptionSpec {
    const char* name;  // without "--"; never shortened
    char letter;       // 0: none
    bool takes_value;
};

/// A number as commands take them: C rules, and empty text is 0, so that an unset setting is.
inline std::optional<u64> parse_integer(StrView text) {
    return text.empty() ? std::optional<u64>(0) : parse_number(text, 0);
}

/// The arguments of one command, taken apart.
class Invocation {
  public:
    static constexpr size_t kMaxOptions = 9;

    /// `words` and `specs` are borrowed; words[0] is the command's name. After a failure
    /// problem() names the word that is to blame. --help and -h are known to all commands.
    Result<void> parse(std::span<const String> words, std::span<const OptionSpec> specs);

    StrView command() const { return words_[0]; }
    std::span<const String> arguments() const { return words_.subspan(first_); }
    size_t count() const { return words_.size() - first_; }
    StrView argument(size_t index) const { return words_[first_ + index]; }
    /// Is the option there? The name must be one of the specs.
    bool has(StrView option) const;
    /// The value, or nothing.
    std::optional<StrView> value(StrView option) const;
    /// All values of an option that may be given several times.
    Result<Vector<StrView>> values(StrView option) const;
    /// A value in milliseconds; misuse() if it is none.
    Result<std::optional<Duration>> milliseconds(StrView option);
    /// The same; zero without the option.
    Result<Duration> duration(StrView option);
    /// A value as a number of 32 bits, or `otherwise` without the option; misuse() if it is none.
    Result<u64> number(StrView option, u64 otherwise);
    /// The error of a command that does not understand one of its words: its usage is printed.
    Error misuse(StrView word) {
        problem_ = word;
        misused_ = true;
        return Error::invalid_argument;
    }
    bool misused() const { return misused_; }
    bool wants_help() const { return wants_help_; }
    StrView problem() const { return problem_; }

  private:
    Result<void> parse_long(StrView word, size_t& at);
    Result<void> parse_short(StrView word, size_t& at);
    Result<void> set_option(size_t index, StrView value);
    size_t index_of(StrView option) const;

    std::span<const String> words_;
    std::span<const OptionSpec> specs_;
    struct Given {
        size_t index;  // of the spec
        StrView value;
    };
    Vector<Given> given_;
    size_t first_ = 1;
    bool wants_help_ = false;
    bool misused_ = false;
    StrView problem_;
};

}  // namespace kedge::boot
