// A line of commands: words, the operators between commands, expansion.
//
// There are no quotes and no escapes: '"' is an ordinary character. Operators are words of their
// own ("a||b" is one word), and a word that begins with '#' starts a comment.
#pragma once

#include "base/vector.h"
#include "src/boot/expansion.h"

namespace kedge::boot {

/// Runs one command of a line; the shell and the scripts give theirs.
class CommandRunner {
  public:
    /// `words` are expanded; the first is the command's name (it may be empty after expansion).
    virtual Result<void> run_command(std::span<const String> words) = 0;
    /// The rest of the line is not to be run: a goto or exit happened.
    virtual bool stopped() const = 0;

  protected:
    ~CommandRunner() = default;
};

/// Runs the commands of a line: `&&` goes on after success, `||` after failure, `;` always. The
/// result is that of the last command that ran; an empty command succeeds, a skipped one changes
/// nothing.
Result<void> run_line(StrView line, Settings& settings, CommandRunner& runner);

/// Splits at white space, comment included. The words point into `line`.
Result<Vector<StrView>> split_words(StrView line);

/// Words with one space between them: how commands put their text together.
Result<String> join_words(std::span<const String> words);

}  // namespace kedge::boot
