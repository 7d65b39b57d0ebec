// What protocol clients see of the stack: datagrams and byte streams. UDP and TCP implement them;
// so do fakes in tests, and later TLS.
#pragma once

#include "base/parts.h"
#include "base/result.h"
#include "base/time.h"
#include "base/unique.h"
#include "net/address.h"

namespace kedge::net {

class DatagramSink {
  public:
    /// `payload` is borrowed for the time of the call. `to` is the destination address of the
    /// packet: a broadcast or one of ours.
    virtual void on_datagram(Endpoint from, Ipv4Address to, const Parts& payload, Instant now) = 0;
    /// An ICMP error came back for a datagram sent to `peer`: Error::connection_refused (nobody
    /// listens there), access_denied, host_unreachable or network_unreachable. Anybody may have
    /// made it up; it is a reason to try elsewhere sooner, not proof.
    virtual void on_error(Endpoint peer, Error why) {
        static_cast<void>(peer);
        static_cast<void>(why);
    }

  protected:
    ~DatagramSink() = default;
};

/// A bound local port. A client holds one by reference and is its sink.
class DatagramPort {
  public:
    virtual u16 local_port() const = 0;
    /// Error::network_unreachable without a route; Error::busy when the card has no room now;
    /// Error::too_large above the MTU. A packet that waits for ARP counts as sent.
    virtual Result<void> send_to(Endpoint to, Bytes payload) = 0;

  protected:
    ~DatagramPort() = default;
};

/// No method may destroy a stream: the stack is still using it. abort() is allowed.
class StreamSink {
  public:
    /// The peer accepted: send() may be called.
    virtual void on_connected() = 0;
    /// Bytes in order; all of them must be taken. Borrowed for the time of the call.
    virtual void on_data(const Parts& data) = 0;
    /// Called once, last. Error::none: the peer ended the stream in order. Otherwise refused,
    /// reset, timed_out, host_unreachable, network_unreachable …
    virtual void on_closed(Error why) = 0;

  protected:
    ~StreamSink() = default;
};

/// One connection. Destroying it aborts it if it is still open.
class Stream {
  public:
    virtual ~Stream() = default;

    /// Queues all of `data`, or fails with Error::busy (send buffer full: try after
    /// acknowledgement) or Error::not_connected.
    virtual Result<void> send(Bytes data) = 0;
    /// Bytes that send() would take now.
    virtual size_t send_room() const = 0;
    /// Sends what is queued and then ends our direction. Data still arriving goes to the sink.
    virtual void close() = 0;
    /// Ends at once with a reset. on_closed() is not called.
    virtual void abort() = 0;
    virtual Endpoint remote() const = 0;
};

/// Opens streams.
class Connector {
  public:
    /// The stream tells `sink` when it is connected or has failed. The sink must outlive the
    /// stream. Fails at once only for no_memory, or network_unreachable when there is no route.
    virtual Result<Unique<Stream>> connect(Endpoint remote, StreamSink& sink, Instant now) = 0;

  protected:
    ~Connector() = default;
};

}  // namespace kedge::net
