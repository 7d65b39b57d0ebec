#include "src/boot/progress.h"

namespace kedge::boot {
namespace {

/// A line that fills the screen would wrap, and '\r' would not get back to its start.
constexpr size_t kLineSize = 79;
constexpr size_t kUriSize = 48;
constexpr u64 kSmall = 1'000'000;

/// Thousandths of MB/s, which is bytes per millisecond.
u64 rate(u64 bytes, Duration time) {
    return bytes * 1000 / static_cast<u64>(max<i64>(time.us(), 1));
}

}  // namespace

void format_to(TextSink& sink, const Size& size) {
    if (size.bytes < 1000) return format(sink, "{} B", size.bytes);
    if (size.bytes < 1'000'000) return format(sink, "{.1} kB", size.bytes);
    format(sink, "{.1} MB", size.bytes / 1000);
}

void Progress::show(Instant now, u64 bytes, u64 total) {
    next_ = now + kInterval;
    Text<kLineSize> line;
    // The end of a URI says which file it is.
    if (uri_.size() <= kUriSize) {
        line.put(uri_);
    } else {
        format(line, "{}…{}", uri_.first(kUriSize / 2 - 1),
               uri_.substr(uri_.size() - kUriSize / 2));
    }
    if (total != 0) {
        format(line, " {} % ", bytes * 100 / total);
    } else {
        format(line, " {} ", Size{bytes});
    }
    format(line, "{.1} MB/s", rate(bytes, now - begin_));
    put(line);
}

void Progress::put(StrView line) {
    if (line == shown_.view()) return;
    Text<2 * kLineSize> out;
    format(out, "\r{}", line);
    for (size_t i = line.size(); i < shown_.size(); ++i) out.put(" ");
    console_.put(out);
    shown_.clear();
    shown_.put(line);
}

void Progress::clear() {
    if (shown_.empty()) return;
    put("");
    console_.put("\r");
}

void Progress::done(Instant now, u64 bytes) {
    clear();
    const Duration took = now - begin_;
    format(console_, "{}: {} in ", uri_, Size{bytes});
    // A small file says nothing about the speed.
    if (bytes < kSmall) return format(console_, "{} ms\n", took.ms());
    format(console_, "{.1} s, {.1} MB/s\n", took.ms(), rate(bytes, took));
}

}  // namespace kedge::boot
