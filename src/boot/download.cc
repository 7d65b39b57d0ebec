#include "src/boot/download.h"

#include "src/boot/progress.h"
#include "src/boot/script.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

using State = proto::Transfer::State;

/// The last part of the path, decoded if it can be.
Result<String> image_name(const proto::Uri& uri) {
    // Its data is no name.
    if (uri.scheme().equals_ignoring_case("data")) return String::from("data");
    const StrView path = uri.path();
    const size_t slash = path.rfind('/');
    const StrView last = slash == StrView::npos ? path : path.substr(slash + 1);
    Result<String> decoded = proto::percent_decode(last);
    if (decoded.ok() || decoded.error() == Error::no_memory) return decoded;
    return String::from(last);
}

/// The URI as a person may see it: without user and password.
Result<String> shown_uri(const proto::Uri& uri) {
    const StrView text = uri.text();
    const StrView user = uri.user_info();
    if (user.empty()) return String::from(text);
    const size_t from = static_cast<size_t>(user.data() - text.data());
    return format_string("{}{}", text.first(from), text.substr(from + user.size() + 1));
}

/// Runs until it ends, is cancelled or takes too long. The last two are printed.
Result<void> run_transfer(Session& session, Download& one, StrView uri,
                          const DownloadOptions& options) {
    Instant now = session.context.clock.now();
    const Instant deadline =
        options.timeout && options.timeout->us() != 0 ? now + *options.timeout : Instant::never();
    proto::Transfer& transfer = *one.transfer;
    const Image& image = *one.image;
    Progress progress(session.context.console, uri, one.begin);
    Pump pump(session);
    while (transfer.state() == State::running) {
        one.end = now = pump.step();
        transfer.poll(now);
        if (!options.quiet) {
            if (const proto::Failure* notice = transfer.take_notice()) {
                progress.clear();
                session.print("{}\n", *notice);
            }
            progress.update(now, image.data().size(), image.announced_size());
        }
        if (!pump.cancelled() && now < deadline) continue;
        transfer.cancel();
        progress.clear();
        session.print("{}: {}\n", uri,
                      pump.cancelled() ? "cancelled" : "not done within --timeout");
        return pump.cancelled() ? Error::cancelled : Error::timed_out;
    }
    if (transfer.state() == State::failed) {
        progress.clear();
        const Error error = transfer.failure().error;
        return error != Error::none ? error : Error::io;
    }
    if (!options.quiet) progress.done(one.end, image.data().size());
    return {};
}

void explain(const Session& session, const Download& one, StrView uri) {
    if (one.transfer->state() != State::failed) return;
    const proto::Failure& failure = one.transfer->failure();
    if (failure.error == Error::cancelled) return;
    session.print("{}\n", failure);
    if (failure.error == Error::no_memory && one.image->announced_size() != 0) {
        session.print("{}: {} do not fit into the memory of this machine\n", uri,
                      Size{one.image->announced_size()});
    }
}

Result<Unique<Download>> begin_or_explain(Session& session, const FetchPlan& plan, StrView uri) {
    Result<Unique<Download>> one = begin_download(session, plan);
    if (one.error() == Error::not_supported) {
        session.print("{}: \"{}\" is not supported (this image knows {})\n", uri, plan.uri.scheme(),
                      session.context.fetcher.schemes());
    } else if (!one.ok()) {
        session.print("{}: {}\n", uri, describe(one.error()));
    }
    return one;
}

Result<void> describe_image(Image& image, const FetchPlan& plan, StrView final_uri, StrView name) {
    TRY(image.set_name(name.empty() ? TRY(image_name(plan.uri)) : TRY(String::from(name))));
    return image.set_uri(final_uri.empty() ? plan.uri.text() : final_uri);
}

}  // namespace

Result<Unique<Download>> begin_download(Session& session, const FetchPlan& plan) {
    Unique<Download> one = TRY(make_unique<Download>());
    one->key = TRY(plan.key());
    one->image = TRY(session.images.make());
    one->begin = session.context.clock.now();
    one->transfer =
        TRY(session.context.fetcher.fetch(plan.uri, plan.extras(), *one->image, one->begin));
    return one;
}

Result<Image*> download(Session& session, const FetchPlan& plan, const DownloadOptions& options) {
    const String uri = TRY(shown_uri(plan.uri));
    Unique<Download> one = session.prefetch.take(TRY(plan.key()));
    if (!one) one = TRY(begin_or_explain(session, plan, uri));
    if (session.script != nullptr) session.script->look_ahead();
    Result<void> status = run_transfer(session, *one, uri, options);
    if (status.error() == Error::no_memory && !session.prefetch.idle()) {
        // Memory that only the next files took must not make this one fail.
        session.prefetch.cancel_all();
        one.reset();
        one = TRY(begin_or_explain(session, plan, uri));
        status = run_transfer(session, *one, uri, options);
    }
    if (!options.optional || status.error() != Error::not_found) explain(session, *one, uri);
    TRY(status);
    Image& image = *one->image;
    image.finish();
    TRY(describe_image(image, plan, one->transfer->final_uri(), options.name));
    session.images.attach(image);
    return one->image.release();
}

Result<Image*> download(Session& session, const proto::Uri& uri, const DownloadOptions& options) {
    FetchPlan plan;
    plan.uri = TRY(uri.clone());
    return download(session, plan, options);
}

Result<Image*> acquire(Session& session, StrView name_or_uri, const DownloadOptions& options) {
    if (Image* image = session.images.find(name_or_uri)) return image;
    const FetchPlan plan =
        TRY(FetchPlan::make(session, name_or_uri, options.mirrors, Say::problems));
    return download(session, plan, options);
}

}  // namespace kedge::boot
