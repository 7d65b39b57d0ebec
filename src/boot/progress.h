// The line that shows how far a transfer is.
#pragma once

#include "base/time.h"
#include "platform/console.h"

namespace kedge::boot {

/// "12.3 MB", "8.1 kB" or "512 B".
struct Size {
    u64 bytes;
};
void format_to(TextSink& sink, const Size& size);

class Progress {
  public:
    Progress(TextSink& console, StrView uri, Instant begin)
        : console_(console), uri_(uri), begin_(begin), next_(begin + kInterval) {}

    /// Cheap until it is time for the next look. `total` 0: not known.
    void update(Instant now, u64 bytes, u64 total) {
        if (now >= next_) show(now, bytes, total);
    }
    /// Replaces the line by "URI: 8.1 MB in 0.4 s, 20.1 MB/s", or "URI: 478 B in 3 ms".
    void done(Instant now, u64 bytes);
    /// Wipes the line.
    void clear();

    static constexpr Duration kInterval = Duration::ms(250);

  private:
    void show(Instant now, u64 bytes, u64 total);
    void put(StrView line);

    TextSink& console_;
    StrView uri_;
    Instant begin_;
    Instant next_;
    Text<160> shown_;
};

}  // namespace kedge::boot
