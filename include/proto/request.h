// What a user adds to a request, for protocols that have a place for it.
#pragma once

#include "proto/uri.h"

namespace kedge::proto {

/// Everything is borrowed for the time of the call that gets it.
struct RequestExtras {
    StrView method;   // empty: GET, or POST if there is a form
    StrView headers;  // whole lines, each with "\r\n"
    StrView form;     // application/x-www-form-urlencoded
    bool has_form = false;
    /// For a server that asks, if its URI names nobody. Not for another one that it redirects to.
    StrView user;
    StrView password;
    /// Other places of the same file, in the order in which to try them.
    std::span<const Uri> mirrors;
};

}  // namespace kedge::proto
