// Transfer: one file on its way, whatever the protocol. BodySink: where its bytes go.
#pragma once

#include "base/parts.h"
#include "base/result.h"
#include "base/time.h"
#include "proto/failure.h"

namespace kedge::proto {

/// Takes the body of a transfer. Implemented by boot's image buffer, so that the bytes are copied
/// once, from the card's ring to their final place.
class BodySink {
  public:
    /// The total size has become known. Called at most once, before the first data. An error (no
    /// memory, too large) ends the transfer with it.
    virtual Result<void> on_size(u64 total) = 0;
    /// The next bytes in order; borrowed for the time of the call.
    virtual Result<void> on_data(const Parts& data) = 0;
    /// What came so far is void, because the file has changed or cannot be continued: it begins
    /// anew with on_size(). Error::not_supported from a sink that cannot forget.
    virtual Result<void> restart() { return Error::not_supported; }

  protected:
    ~BodySink() = default;
};

/// A pollable client. Not started by construction: the concrete class has a start().
class Transfer {
  public:
    enum class State : u8 { running, done, failed };

    virtual ~Transfer() = default;

    virtual void poll(Instant now) = 0;
    /// When poll() wants to be called although nothing arrived.
    virtual Instant poll_at() const = 0;
    virtual State state() const = 0;
    /// Why, once state() is failed.
    virtual const Failure& failure() const = 0;
    /// What went wrong since the last call although the transfer goes on; null if nothing did. Its
    /// hint says what happens now. It lives until the next poll().
    virtual const Failure* take_notice() { return nullptr; }
    /// The URI that the bytes really came from, after redirects: the base for relative names.
    virtual StrView final_uri() const = 0;
    /// Stops and tells the peer where the protocol has a way to.
    virtual void cancel() = 0;
};

}  // namespace kedge::proto
