#include "prefix/common/fetchers.h"

#include "proto/tftp.h"

namespace kedge {

Result<Unique<proto::Transfer>> Fetchers::fetch(const proto::Uri& uri, proto::BodySink& sink,
                                                Instant now) {
    if (uri.scheme().equals_ignoring_case("http")) return http_.get(uri, sink, now);
    if (uri.scheme().equals_ignoring_case("tftp")) return fetch_tftp(uri, sink, now);
    return Error::not_supported;
}

Result<Unique<proto::Transfer>> Fetchers::fetch_tftp(const proto::Uri& uri, proto::BodySink& sink,
                                                     Instant now) {
    // tftp://host/a asks for "a", tftp://host//a for "/a" (RFC 3617 section 3).
    const StrView encoded = uri.path().starts_with("/") ? uri.path().substr(1) : uri.path();
    const String path = TRY(proto::percent_decode(encoded));
    const proto::TftpFile file{
        .host = uri.host(),
        .port = uri.port(net::wire::kTftpPort),
        .path = path,
        .uri = uri.text(),
    };
    return proto::tftp_get(stack_, resolver_, file, sink, now);
}

}  // namespace kedge
