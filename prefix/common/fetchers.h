// The protocols that images fetch with: boot's view of proto's clients.
#pragma once

#include "boot/fetch.h"
#include "net/stack.h"
#include "proto/dns.h"
#include "proto/http.h"

namespace kedge {

class Fetchers final : public boot::Fetcher {
  public:
    explicit Fetchers(net::Stack& stack)
        : stack_(stack), resolver_(stack), http_(stack, resolver_) {}

    Result<Unique<proto::Transfer>> fetch(const proto::Uri& uri, proto::BodySink& sink,
                                          Instant now) override;
    void poll(Instant now) override { http_.poll(now); }
    proto::Resolver& resolver() { return resolver_; }
    StrView schemes() const override { return "http, tftp"; }
    /// Connections kept for the next file are ended in order.
    void close_idle(Instant now) { http_.close_idle(now); }

  private:
    Result<Unique<proto::Transfer>> fetch_tftp(const proto::Uri& uri, proto::BodySink& sink,
                                               Instant now);

    net::Stack& stack_;
    proto::DnsResolver resolver_;
    proto::HttpClient http_;
};

}  // namespace kedge
