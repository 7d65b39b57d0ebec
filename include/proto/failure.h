// Failure: an error in the form a person can act upon.
#pragma once

#include "base/format.h"
#include "base/result.h"

namespace kedge::proto {

/// One sentence in four parts, e.g. stage "HTTP GET http://10.0.0.1/k", peer "10.0.0.1:80", cause
/// "404 Not Found", hint "check the path on the server". Clients fill it when they fail; boot/
/// prints it. `error` is what scripts see as ${errno}.
struct Failure {
    Error error = Error::none;
    Text<160> stage;
    Text<48> peer;
    Text<96> cause;
    Text<96> hint;
};

/// "<stage>: <peer>: <cause> (<hint>)", leaving out what is empty.
void format_to(TextSink& sink, const Failure& failure);

}  // namespace kedge::proto
