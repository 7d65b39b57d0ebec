#include "src/boot/prefetch.h"

#include "src/boot/command_line.h"
#include "src/boot/commands.h"
#include "src/boot/download.h"
#include "src/boot/script.h"

namespace kedge::boot {
namespace {

/// Fetching commands, and such as neither change a setting nor begin anything.
constexpr StrView kFetching[] = {"kernel", "initrd", "imgfetch", "module"};
constexpr StrView kHarmless[] = {"echo", "imgargs"};

bool is_one_of(std::span<const StrView> names, StrView word) {
    for (StrView name : names) {
        if (word == name) return true;
    }
    return false;
}

}  // namespace

void Prefetcher::poll(Instant now) {
    for (Unique<Download>& one : downloads_) {
        if (!one || one->transfer->state() != proto::Transfer::State::running) continue;
        one->transfer->poll(now);
        one->end = now;
        // Its line shall ask anew, and then say what is wrong.
        if (one->transfer->state() == proto::Transfer::State::failed) one.reset();
    }
}

void Prefetcher::cancel_all() {
    for (Unique<Download>& one : downloads_) {
        if (one) one->transfer->cancel();
        one.reset();
    }
}

bool Prefetcher::idle() const {
    for (const Unique<Download>& one : downloads_) {
        if (one) return false;
    }
    return true;
}

Unique<Download> Prefetcher::take(StrView key) {
    for (Unique<Download>& one : downloads_) {
        if (one && one->key == key) return std::move(one);
    }
    return {};
}

bool only_fetches(StrView line) {
    const StrView text = line.trimmed();
    size_t end = 0;
    while (end < text.size() && !is_space(text[end])) ++end;
    const StrView word = text.first(end);
    return word.empty() || word.front() == '#' || is_one_of(kFetching, word) ||
           is_one_of(kHarmless, word);
}

void Prefetcher::look_ahead(StrView line, size_t begun, LineReader following) {
    StrView next = line;
    while (look_at(next, begun)) {
        begun = 0;
        const Result<bool> more = following.next(next);
        if (!more.ok() || !*more) return;
        take_label(next);
    }
}

bool Prefetcher::look_at(StrView line, size_t begun) {
    const Result<Vector<StrView>> split = split_words(line);
    if (!split.ok()) return false;
    std::span<const StrView> words = split->span();
    bool after_failure = false;
    while (true) {
        size_t count = 0;
        const auto is = [&](StrView word) { return words[count] == word; };
        while (count < words.size() && !words[count].starts_with("#") && !is("||") && !is("&&") &&
               !is(";")) {
            ++count;
        }
        const std::span<const StrView> command = words.first(count);
        // What only a failure reaches is not expected to run.
        if (!after_failure && !command.empty()) {
            const bool fetches = is_one_of(kFetching, command[0]);
            if (!fetches && !is_one_of(kHarmless, command[0])) return false;
            if (fetches && begun > 0) {
                --begun;
            } else if (fetches && !look_at_command(command)) {
                return false;
            }
        }
        if (count == words.size() || words[count].starts_with("#")) return true;
        after_failure = is("||");
        words = words.subspan(count + 1);
    }
}

bool Prefetcher::look_at_command(std::span<const StrView> words) {
    Vector<String> expanded;
    for (StrView word : words) {
        Result<String> text = expand(word, session_.settings);
        if (!text.ok() || !expanded.push_back(std::move(*text)).ok()) return false;
    }
    Invocation call;
    const Command* command = find_command(expanded[0]);
    if (!call.parse(expanded.span(), command->options).ok() || call.count() == 0) return false;
    // An image of that name will be used as it is.
    if (session_.images.find(call.argument(0)) != nullptr) return true;
    const Result<Vector<StrView>> mirrors = call.values("mirror");
    return mirrors.ok() && begin(call.argument(0), mirrors->span()).ok();
}

Result<void> Prefetcher::begin(StrView name_or_uri, std::span<const StrView> mirrors) {
    if (Parameters::cut_reference(name_or_uri)) return Error::not_supported;
    const FetchPlan plan = TRY(FetchPlan::make(session_, name_or_uri, mirrors, Say::nothing));
    // Only where waiting is what takes the time.
    const StrView scheme = plan.uri.scheme();
    if (!scheme.equals_ignoring_case("http") && !scheme.equals_ignoring_case("tftp")) return {};
    const String key = TRY(plan.key());
    for (const Unique<Download>& one : downloads_) {
        if (one && one->key == key.view()) return {};
    }
    for (Unique<Download>& one : downloads_) {
        if (one) continue;
        one = TRY(begin_download(session_, plan));
        return {};
    }
    return Error::busy;
}

}  // namespace kedge::boot
