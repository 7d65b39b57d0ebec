// The protocols that images fetch with: boot's view of proto's clients.
#pragma once

#include "boot/fetch.h"
#include "net/stack.h"
#include "prefix/common/firmware.h"
#include "proto/dns.h"
#include "proto/http.h"

namespace kedge {

/// Files that came with us, and those of the medium.
class LocalFiles final : public proto::FileSource {
  public:
    LocalFiles(std::span<const boot::BuiltInFile> built_in, proto::FileSource* medium)
        : built_in_(built_in), medium_(medium) {}

    Result<void> read(StrView path, proto::BodySink& sink) override;

  private:
    std::span<const boot::BuiltInFile> built_in_;
    proto::FileSource* medium_;
};

class Fetchers final : public boot::Fetcher {
  public:
    Fetchers(net::Stack& stack, Firmware& firmware, std::span<const boot::BuiltInFile> files)
        : stack_(stack),
          resolver_(stack),
          files_(files, firmware.medium),
          http_(stack, resolver_, firmware.entropy) {}

    Result<Unique<proto::Transfer>> fetch(const proto::Uri& uri, const proto::RequestExtras& extras,
                                          proto::BodySink& sink, Instant now) override;
    void poll(Instant now) override { http_.poll(now); }
    proto::Resolver& resolver() { return resolver_; }
    StrView schemes() const override { return "http, tftp, data, file"; }
    /// Connections kept for the next file are ended in order.
    void close_idle(Instant now) { http_.close_idle(now); }

  private:
    Result<Unique<proto::Transfer>> fetch_tftp(const proto::Uri& uri, proto::BodySink& sink,
                                               Instant now);

    net::Stack& stack_;
    proto::DnsResolver resolver_;
    LocalFiles files_;
    proto::HttpClient http_;
};

}  // namespace kedge
