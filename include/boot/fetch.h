// Fetching: boot asks for a URI, the composition root knows which protocols there are.
#pragma once

#include "base/unique.h"
#include "proto/request.h"
#include "proto/transfer.h"
#include "proto/uri.h"

namespace kedge::boot {

/// Makes a started Transfer for an absolute URI.
class Fetcher {
  public:
    /// Error::not_supported for a scheme nobody handles (the caller names it and lists schemes()).
    /// The sink must outlive the transfer; `uri` and `extras` are copied. Error::not_supported also
    /// for a mirror with another scheme.
    virtual Result<Unique<proto::Transfer>> fetch(const proto::Uri& uri,
                                                  const proto::RequestExtras& extras,
                                                  proto::BodySink& sink, Instant now) = 0;
    /// Keeps what outlives a transfer in order (idle connections, say). Called from the main loop.
    virtual void poll(Instant) {}
    /// "http, tftp" for messages.
    virtual StrView schemes() const = 0;

  protected:
    ~Fetcher() = default;
};

}  // namespace kedge::boot
