// Answers to a server that wants to know who asks: Basic (RFC 7617) and Digest (RFC 7616, and its
// form without qop of RFC 2069).
#pragma once

#include "base/str.h"

namespace kedge::proto {

struct HttpChallenge {
    enum class Scheme : u8 { unknown, basic, digest };

    Scheme scheme = Scheme::unknown;
    /// Between their quotes, escapes included.
    StrView realm, nonce, opaque;
    StrView algorithm;  // as the server writes it; empty: MD5
    bool has_qop = false;
    bool auth_offered = false;  // among the values of qop
    bool stale = false;         // the nonce was too old, not the password wrong

    /// The strongest that can be answered among all of a WWW-Authenticate header's; views into it.
    static HttpChallenge choose(StrView header);
    /// 0: cannot be answered.
    unsigned strength() const;
};

/// What is asked for, by whom. `client_nonce` is printable and new for each answer.
struct HttpIdentity {
    StrView user;
    StrView password;
    StrView method;
    StrView target;
    StrView client_nonce;
};

/// The value of the Authorization header. The challenge must have a strength.
Result<String> answer_challenge(const HttpChallenge& challenge, const HttpIdentity& who);

}  // namespace kedge::proto
