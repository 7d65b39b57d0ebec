#include "src/boot/download.h"

#include "src/boot/progress.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

/// The last part of the path, decoded if it can be.
Result<String> image_name(const proto::Uri& uri) {
    const StrView path = uri.path();
    const size_t slash = path.rfind('/');
    const StrView last = slash == StrView::npos ? path : path.substr(slash + 1);
    Result<String> decoded = proto::percent_decode(last);
    if (decoded.ok() || decoded.error() == Error::no_memory) return decoded;
    return String::from(last);
}

/// Runs until it ends, is cancelled or takes too long. The failure is printed.
Result<void> run_transfer(Session& session, proto::Transfer& transfer, const Image& image,
                          StrView uri, const DownloadOptions& options) {
    const Instant begin = session.context.clock.now();
    const Instant deadline =
        options.timeout && options.timeout->us() != 0 ? begin + *options.timeout : Instant::never();
    Progress progress(session.context.console, uri, begin);
    Pump pump(session);
    Instant now = begin;
    while (transfer.state() == proto::Transfer::State::running) {
        now = pump.step();
        transfer.poll(now);
        if (!options.quiet) progress.update(now, image.data().size(), image.announced_size());
        if (!pump.cancelled() && now < deadline) continue;
        transfer.cancel();
        progress.clear();
        session.print("{}: {}\n", uri,
                      pump.cancelled() ? "cancelled" : "not done within --timeout");
        return pump.cancelled() ? Error::cancelled : Error::timed_out;
    }
    if (transfer.state() == proto::Transfer::State::done) {
        if (!options.quiet) progress.done(now, image.data().size());
        return {};
    }
    progress.clear();
    const proto::Failure& failure = transfer.failure();
    if (options.optional && failure.error == Error::not_found) return Error::not_found;
    session.print("{}\n", failure);
    if (failure.error == Error::no_memory && image.announced_size() != 0) {
        session.print("{}: {} do not fit into the memory of this machine\n", uri,
                      Size{image.announced_size()});
    }
    return failure.error != Error::none ? failure.error : Error::io;
}

Result<void> fill(Session& session, Image& image, const proto::Uri& uri,
                  const DownloadOptions& options) {
    if (options.name.empty()) {
        TRY(image.set_name(TRY(image_name(uri))));
    } else {
        TRY(image.set_name(options.name));
    }
    Result<Unique<proto::Transfer>> transfer =
        session.context.fetcher.fetch(uri, image, session.context.clock.now());
    if (transfer.error() == Error::not_supported) {
        session.print("{}: \"{}\" is not supported (this image knows {})\n", uri.text(),
                      uri.scheme(), session.context.fetcher.schemes());
        return Error::not_supported;
    }
    if (!transfer.ok()) {
        session.print("{}: {}\n", uri.text(), describe(transfer.error()));
        return transfer.error();
    }
    TRY(run_transfer(session, **transfer, image, uri.text(), options));
    image.finish();
    const StrView final_uri = (*transfer)->final_uri();
    return image.set_uri(final_uri.empty() ? uri.text() : final_uri);
}

}  // namespace

Result<Image*> download(Session& session, const proto::Uri& uri, const DownloadOptions& options) {
    Image* image = TRY(session.images.create());
    const Result<void> filled = fill(session, *image, uri, options);
    if (filled.ok()) return image;
    session.images.release(image);
    return filled.error();
}

Result<Image*> acquire(Session& session, StrView name_or_uri, const DownloadOptions& options) {
    if (Image* image = session.images.find(name_or_uri)) return image;
    const proto::Uri uri = TRY(resolve_uri(session, name_or_uri));
    return download(session, uri, options);
}

}  // namespace kedge::boot
