// Words that the failures of several clients share.
#pragma once

#include <optional>

#include "base/format.h"
#include "net/address.h"
#include "proto/failure.h"
#include "proto/printable.h"

namespace kedge::proto {

/// "1234 of 5678 bytes", or "1234 bytes" when the total is unknown.
struct Progress {
    u64 done = 0;
    std::optional<u64> total;
};

inline void format_to(TextSink& sink, const Progress& progress) {
    if (progress.total) {
        format(sink, "{} of {} bytes", progress.done, *progress.total);
    } else {
        format(sink, "{} bytes", progress.done);
    }
}

/// Cause and hint of a peer that cannot be sent anything.
inline void explain_no_route(Failure& failure, net::Ipv4Address peer) {
    format(failure.cause, "no route to {}", peer);
    failure.hint.put("check address, netmask and gateway");
}

/// Makes `failure` say why `what` (foreign or long text; cut) did not work with `peer`, which may
/// be zero: there was none yet. A missing route explains itself.
void tell(Failure& failure, Error error, StrView protocol, StrView what, net::Endpoint peer,
          StrView cause, StrView hint = {});

}  // namespace kedge::proto
