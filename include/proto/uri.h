// URI: RFC 3986, kept byte for byte so that a server sees exactly what a script or redirect said.
#pragma once

#include "base/str.h"

namespace kedge::proto {

/// A parsed absolute URI. Views point into its own text.
class Uri {
  public:
    /// Error::bad_format if there is no scheme, or a port is no number.
    static Result<Uri> parse(StrView text);
    /// RFC 3986 section 5.2. `text` may be absolute or relative to `base`.
    static Result<Uri> resolve(const Uri& base, StrView text);
    Result<Uri> clone() const { return parse(text_); }

    StrView text() const { return text_; }
    StrView scheme() const { return part(scheme_); }  // as written; compare ignoring case
    StrView user_info() const { return part(user_info_); }
    StrView host() const { return part(host_); }  // without brackets of an IPv6 literal
    u16 port(u16 standard) const { return port_ != 0 ? port_ : standard; }
    bool has_port() const { return port_ != 0; }
    StrView path() const { return part(path_); }    // still percent-encoded; may be empty
    StrView query() const { return part(query_); }  // without '?'
    bool has_query() const { return has_query_; }
    /// What follows "//": an absolute hierarchical URI has one.
    bool has_authority() const { return has_authority_; }

  private:
    struct Range {
        u32 from = 0;
        u32 size = 0;
    };
    StrView part(Range range) const { return text_.view().substr(range.from, range.size); }

    String text_;
    Range scheme_, user_info_, host_, path_, query_;
    u16 port_ = 0;
    bool has_query_ = false;
    bool has_authority_ = false;
};

/// Decodes %XX. Error::bad_format for a broken escape.
Result<String> percent_decode(StrView text);

}  // namespace kedge::proto
