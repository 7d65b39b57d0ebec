// HTTP/1.1 client: RFC 9110, 9112. Redirects, mirrors, authentication, transfers that go on where
// they broke off, and connections kept for the next file.
#pragma once

#include "base/unique.h"
#include "net/transport.h"
#include "platform/entropy.h"
#include "proto/request.h"
#include "proto/resolver.h"
#include "proto/transfer.h"
#include "proto/uri.h"

namespace kedge::proto {

class HttpConnection;

/// Makes transfers and keeps their connections. It must outlive its transfers, and the connector
/// must outlive it.
class HttpClient {
  public:
    HttpClient(net::Connector& connector, Resolver& resolver, platform::Entropy& entropy);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// A started download of an http URI. Fails at once only with Error::no_memory or
    /// Error::not_supported (another scheme); whatever else is wrong is a failed transfer with its
    /// sentence. The sink must outlive the transfer.
    Result<Unique<Transfer>> get(const Uri& uri, BodySink& sink, Instant now) {
        return get(uri, {}, sink, now);
    }
    Result<Unique<Transfer>> get(const Uri& uri, const RequestExtras& extras, BodySink& sink,
                                 Instant now);

    /// Ends connections that have been idle for ten seconds, or that their servers ended.
    void poll(Instant now);
    Instant poll_at() const;
    /// Ends all idle connections in order, before the network goes away.
    void close_idle(Instant now);

    // For transfers.
    Resolver& resolver() { return resolver_; }
    platform::Entropy& entropy() { return entropy_; }
    /// An idle connection to that server, or null.
    Unique<HttpConnection> take_idle(net::Endpoint remote, Instant now);
    Result<Unique<HttpConnection>> connect(net::Endpoint remote, net::StreamSink& user,
                                           Instant now);
    /// Takes back a connection after a complete response: for the next one, or to end it in order.
    void park(Unique<HttpConnection> connection, bool reusable, Instant now);

  private:
    static constexpr size_t kMaxParked = 4;

    net::Connector& connector_;
    Resolver& resolver_;
    platform::Entropy& entropy_;
    std::array<Unique<HttpConnection>, kMaxParked> parked_;
};

}  // namespace kedge::proto
