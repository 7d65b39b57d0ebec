#include "src/boot/script.h"

#include "src/boot/commands.h"

namespace kedge::boot {

bool is_script(Bytes data) {
    const StrView text = StrView::from(data.first(min<size_t>(data.size(), 7)));
    if (text.size() < 7 || !is_space(text[6])) return false;
    return text.starts_with("#!ipxe") || text.starts_with("#!gpxe");
}

StrView LineReader::physical_line() {
    const StrView rest = text_.substr(offset_);
    const size_t size = min(rest.find('\n'), rest.size());
    offset_ = min(offset_ + size + 1, text_.size());
    ++next_number_;
    const StrView line = rest.first(size);
    return line.ends_with("\r") ? line.first(size - 1) : line;
}

Result<bool> LineReader::next(StrView& line) {
    if (offset_ >= text_.size()) return false;
    line_number_ = next_number_;
    line = physical_line();
    if (!line.ends_with("\\")) return true;

    TRY(joined_.assign(line.first(line.size() - 1)));
    while (offset_ < text_.size()) {
        const StrView more = physical_line();
        const bool goes_on = more.ends_with("\\");
        TRY(joined_.append(more.first(more.size() - (goes_on ? 1 : 0))));
        if (!goes_on) break;
    }
    line = joined_;
    return true;
}

void LineReader::go_to(size_t offset, size_t lines_before) {
    offset_ = offset;
    next_number_ = lines_before + 1;
}

StrView take_label(StrView& line) {
    const StrView text = line.trimmed();
    if (!text.starts_with(":")) return {};
    size_t end = 1;
    while (end < text.size() && !is_space(text[end])) ++end;
    line = text.substr(end);
    return text.substr(1, end - 1);
}

Result<void> Script::run() {
    Script* const outer = std::exchange(session_.script, this);
    Result<void> status;
    StrView line;
    while (true) {
        const Result<bool> more = lines_.next(line);
        if (!more.ok()) status = more.error();
        if (!more.ok() || !*more) break;

        status = run_line(line);
        const Stop stop = std::exchange(session_.stop, Stop::none);
        if (stop == Stop::sequence) break;
        if (status.ok()) continue;
        report(line, status.error());
        break;
    }
    session_.prefetch.cancel_all();
    session_.script = outer;
    return status;
}

Result<void> Script::run_line(StrView line) {
    // The one way out of a loop of gotos.
    if (session_.keyboard.cancelled(session_.context.clock.now())) return Error::cancelled;
    take_label(line);
    // What the lines before fetched ahead is for this one, or for nobody.
    if (!only_fetches(line)) session_.prefetch.cancel_all();
    line_ = line;
    fetches_ = 0;
    return run_commands(session_, line);
}

void Script::report(StrView line, Error error) const {
    constexpr size_t kShown = 100;
    const StrView text = line.trimmed();
    session_.print("{}: stopped at line {}: {}{}: {}\n",
                   image_.name().empty() ? StrView("script") : image_.name(), lines_.line_number(),
                   text.first(kShown), text.size() > kShown ? "…" : "", describe(error));
}

void Script::look_ahead() { session_.prefetch.look_ahead(line_, ++fetches_, lines_.following()); }

Result<void> Script::go_to(StrView label) {
    LineReader search(StrView::from(image_.data()));
    StrView line;
    while (true) {
        const size_t offset = search.offset();
        const size_t lines_before = search.lines_before();
        if (!TRY(search.next(line))) return Error::not_found;
        if (label.empty() || take_label(line) != label) continue;
        lines_.go_to(offset, lines_before);
        session_.prefetch.cancel_all();
        session_.stop = Stop::line;
        return {};
    }
}

}  // namespace kedge::boot
