// The request that the client sends.
#pragma once

#include "proto/uri.h"

namespace kedge::proto {

/// GET for an absolute http URI, with Basic authorisation (RFC 7617) if it names a user.
/// Error::no_memory; Error::bad_format for a broken escape in user or password.
Result<String> compose_http_request(const Uri& uri);

}  // namespace kedge::proto
