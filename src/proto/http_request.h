// The request that the client sends.
#pragma once

#include "proto/request.h"

namespace kedge::proto {

/// What stays the same from one attempt to the next.
struct HttpRequest {
    String method;
    String headers;
    String form;
    bool has_form = false;
    String user;
    String password;

    static Result<HttpRequest> from(const RequestExtras& extras);
    Result<HttpRequest> clone() const;

    /// May it be sent again when nobody knows what became of it (RFC 9110 section 9.2.2)?
    bool repeatable() const { return method == StrView("GET") || is_head(); }
    bool is_head() const { return method == StrView("HEAD"); }
    /// Another server takes over: what was meant for the first one is not for it.
    void forget_secrets();
    /// From now on a plain GET.
    Result<void> become_get();
    /// Takes user and password out of a URI that has them. Error::bad_format for a broken escape
    /// or a control character; Error::no_memory.
    Result<void> take_credentials(const Uri& uri);
};

/// What is different for each attempt.
struct HttpAttempt {
    StrView authorization;  // the value of the header; empty: none
    /// Not 0: only the bytes from there on, if this still is the validator of the file.
    u64 from = 0;
    StrView validator;
};

/// Appends path and query: what may not stand in a request line is percent-encoded, all else is
/// left as the URI has it.
Result<void> append_target(String& out, const Uri& uri);

/// RFC 4648 section 4
Result<void> append_base64(String& out, Bytes bytes);

/// The whole message for an absolute http URI. Error::no_memory.
Result<String> compose_http_request(const HttpRequest& request, const Uri& uri,
                                    const HttpAttempt& attempt);

}  // namespace kedge::proto
