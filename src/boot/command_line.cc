#include "src/boot/command_line.h"

namespace kedge::boot {
namespace {

enum class Operator : u8 { always, on_success, on_failure };

std::optional<Operator> find_operator(StrView word) {
    if (word == ";") return Operator::always;
    if (word == "&&") return Operator::on_success;
    if (word == "||") return Operator::on_failure;
    return std::nullopt;
}

bool is_due(Operator before, const Result<void>& status) {
    switch (before) {
        case Operator::always:
            return true;
        case Operator::on_success:
            return status.ok();
        case Operator::on_failure:
            return !status.ok();
    }
    return true;
}

Result<void> run_words(std::span<const StrView> words, Settings& settings, CommandRunner& runner) {
    if (words.empty()) return {};
    // Only now, so that a value may hold spaces or "||" and stays one argument.
    Vector<String> expanded;
    TRY(expanded.reserve(words.size()));
    for (StrView word : words) TRY(expanded.push_back(TRY(expand(word, settings))));
    return runner.run_command(expanded.span());
}

}  // namespace

Result<Vector<StrView>> split_words(StrView line) {
    Vector<StrView> words;
    size_t at = 0;
    while (true) {
        while (at < line.size() && is_space(line[at])) ++at;
        if (at == line.size()) return words;
        const size_t start = at;
        while (at < line.size() && !is_space(line[at])) ++at;
        TRY(words.push_back(line.substr(start, at - start)));
    }
}

Result<void> run_line(StrView line, Settings& settings, CommandRunner& runner) {
    const Vector<StrView> words = TRY(split_words(line));
    Result<void> status;
    Operator before = Operator::always;
    size_t start = 0;
    for (size_t i = 0; i <= words.size(); ++i) {
        const bool at_end = i == words.size() || words[i].starts_with("#");
        const std::optional<Operator> found = at_end ? std::nullopt : find_operator(words[i]);
        if (!at_end && !found) continue;

        if (is_due(before, status)) {
            status = run_words(words.span().subspan(start, i - start), settings, runner);
        }
        if (at_end || runner.stopped()) return status;
        before = *found;
        start = i + 1;
    }
    return status;
}

Result<String> join_words(std::span<const String> words) {
    String text;
    for (size_t i = 0; i < words.size(); ++i) {
        if (i != 0) TRY(text.push_back(' '));
        TRY(text.append(words[i]));
    }
    return text;
}

}  // namespace kedge::boot
