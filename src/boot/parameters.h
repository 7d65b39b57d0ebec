// Parameter lists: what `params` and `param` put together for the next request that names them by
// ##params at the end of its URI.
#pragma once

#include "base/str.h"
#include "base/unique.h"
#include "base/vector.h"

namespace kedge::boot {

struct ParameterList {
    String name;
    String method;   // empty: GET, or POST if there is a form
    String headers;  // whole lines, each with "\r\n"
    String form;     // "key=value&…", percent-encoded
    bool has_form = false;

    /// Error::bad_format for a key or value that a header cannot hold.
    Result<void> add_header(StrView key, StrView value);
    Result<void> add_field(StrView key, StrView value);
};

/// The lists of a session by name; "" is the one that ##params means.
class Parameters {
  public:
    /// A new list in place of one of that name.
    Result<ParameterList*> create(StrView name);
    ParameterList* find(StrView name) const;
    void remove(StrView name);
    /// For the one request that uses it; null if there is none.
    Unique<ParameterList> take(StrView name);

    /// Cuts "##params" or "##params=NAME" off the end of a URI: the name, or nothing if there is
    /// no such end.
    static std::optional<StrView> cut_reference(StrView& uri);

  private:
    size_t index_of(StrView name) const;

    Vector<Unique<ParameterList>> lists_;
};

}  // namespace kedge::boot
