// The protocols that images fetch with: boot's view of proto's clients.
#pragma once

#include "boot/fetch.h"
#include "net/stack.h"

namespace kedge {

class Fetchers final : public boot::Fetcher {
  public:
    explicit Fetchers(net::Stack& stack) : stack_(stack) {}

    Result<Unique<proto::Transfer>> fetch(const proto::Uri& uri, proto::BodySink& sink,
                                          Instant now) override;
    StrView schemes() const override { return "tftp"; }

  private:
    Result<Unique<proto::Transfer>> fetch_tftp(const proto::Uri& uri, proto::BodySink& sink,
                                               Instant now);

    net::Stack& stack_;
};

}  // namespace kedge
