// Downloads that begin before their line of the script runs: a kernel and its initrds come side by
// side although the script names them one after the other.
#pragma once

#include "base/unique.h"
#include "boot/fetch.h"
#include "boot/image.h"

namespace kedge::boot {

class Session;
class LineReader;

/// A transfer and the image that it fills; the image is in no list until somebody takes it.
struct Download {
    String key;  // what was asked for, with everything that makes a difference
    Unique<Image> image;
    Unique<proto::Transfer> transfer;  // after the image: it goes first
    Instant begin;
    Instant end;  // once the transfer is done
};

/// Nothing of this is visible to a script: a download that fails here, or that no line asks for,
/// is forgotten, and a line that finds nothing begins anew.
class Prefetcher {
  public:
    static constexpr size_t kMost = 4;  // in flight, with the one that the script waits for

    explicit Prefetcher(Session& session) : session_(session) {}

    /// The line that runs begins to fetch. Looks at its commands behind the first `begun` that
    /// fetch, and then at the lines that follow as long as they do nothing but fetch.
    void look_ahead(StrView line, size_t begun, LineReader following);
    /// The download of that key, running or done; null if there is none.
    Unique<Download> take(StrView key);
    bool idle() const;
    void poll(Instant now);
    void cancel_all();

  private:
    /// False: what follows depends on more than fetching.
    bool look_at(StrView line, size_t begun);
    bool look_at_command(std::span<const StrView> words);
    /// Error::no_memory and whatever else there may be: then it is not begun.
    Result<void> begin(StrView name_or_uri, std::span<const StrView> mirrors);

    Session& session_;
    std::array<Unique<Download>, kMost - 1> downloads_;
};

/// Does the line begin with a command that fetches, or with one that changes nothing?
bool only_fetches(StrView line);

}  // namespace kedge::boot
