#include "prefix/common/fetchers.h"

#include "proto/tftp.h"

namespace kedge {

Result<void> LocalFiles::read(StrView path, proto::BodySink& sink) {
    for (const boot::BuiltInFile& file : built_in_) {
        if (path.substr(1) != file.name) continue;
        TRY(sink.on_size(file.data.size()));
        return sink.on_data(Parts(file.data));
    }
    return medium_ != nullptr ? medium_->read(path, sink) : Error::not_supported;
}

Result<Unique<proto::Transfer>> Fetchers::fetch(const proto::Uri& uri,
                                                const proto::RequestExtras& extras,
                                                proto::BodySink& sink, Instant now) {
    if (uri.scheme().equals_ignoring_case("http")) return http_.get(uri, extras, sink, now);
    if (uri.scheme().equals_ignoring_case("tftp")) return fetch_tftp(uri, sink, now);
    if (uri.scheme().equals_ignoring_case("data")) return proto::data_get(uri, sink);
    if (uri.scheme().equals_ignoring_case("file")) return proto::file_get(files_, uri, sink);
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
