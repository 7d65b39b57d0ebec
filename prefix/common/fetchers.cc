#include "prefix/common/fetchers.h"

#include "proto/tftp.h"

namespace kedge {

namespace {
constexpr u16 kTftpPort = 69;
}

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
    const Result<net::Ipv4Address> resolved = resolver_.resolve(uri.host());
    if (!resolved.ok()) return Error::unknown_host;
    const net::Ipv4Address server = *resolved;
    // tftp://host/a asks for "a", tftp://host//a for "/a" (RFC 3617 section 3).
    const StrView encoded = uri.path().starts_with("/") ? uri.path().substr(1) : uri.path();
    const String path = TRY(proto::percent_decode(encoded));
    const net::Interface* interface = stack_.route(server);
    const proto::TftpRequest request{
        .server = {server, uri.port(kTftpPort)},
        .path = path,
        .uri = uri.text(),
        .mtu = interface != nullptr ? interface->mtu() : u16{1500},
    };
    return proto::tftp_get(stack_, request, sink, now);
}

}  // namespace kedge
