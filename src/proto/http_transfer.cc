#include "src/proto/http_transfer.h"

#include "base/log.h"
#include "src/proto/http_request.h"
#include "src/proto/sentence.h"

namespace kedge::proto {

using net::wire::HttpResponseParser;

namespace {

constexpr Duration kPatience = Duration::seconds(120);  // without a byte from the server
constexpr Duration kSendRetry = Duration::ms(10);
constexpr unsigned kMostRedirects = 10;
// The page of a redirect or an error is read up to this size, so that the connection can be used
// again: scripts try one file after the other.
constexpr u64 kLargestDropped = 16384;

bool is_redirect(u16 status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The URI for a sentence: without user and password.
void put_uri(TextSink& sink, const Uri& uri) {
    const StrView user = uri.user_info();
    const StrView text = uri.text();
    if (user.empty()) return sink.put(text);
    const size_t from = static_cast<size_t>(user.data() - text.data());
    sink.put(text.first(from));
    sink.put(text.substr(from + user.size() + 1));
}

}  // namespace

HttpTransfer::~HttpTransfer() { give_back_connection(); }

Result<void> HttpTransfer::start(Instant now) { return open(true, now); }

Result<void> HttpTransfer::open(bool may_reuse, Instant now) {
    now_ = now;
    deadline_ = now + kPatience;
    sent_ = 0;
    received_ = 0;
    head_seen_ = reusable_ = progress_ = false;
    outcome_ = Outcome::file;
    parser_.reset();
    remote_ = {};
    Result<String> request = compose_http_request(uri_);
    if (request.error() == Error::bad_format) {
        fail(request.error(), "the user or password in the URI is not well formed");
        return {};
    }
    request_ = TRY(std::move(request));

    const Result<net::Ipv4Address> address = client_.resolver().resolve(uri_.host());
    if (!address.ok()) {
        fail(address.error(),
             Text<96>("cannot use the host name \"{}\"", Printable<40>(uri_.host()).view()),
             address.error() == Error::not_supported
                 ? "name resolution is not available yet, use an address"
                 : "");
        return {};
    }
    remote_ = {*address, uri_.port(net::wire::kHttpPort)};
    if (may_reuse) connection_ = client_.take_idle(remote_, now);
    if (connection_) {
        connection_->use(*this);
        send_request();
        return {};
    }
    Result<Unique<HttpConnection>> connection = client_.connect(remote_, *this, now);
    if (connection.ok()) {
        connection_ = std::move(*connection);
        return {};
    }
    if (connection.error() == Error::no_memory) return Error::no_memory;
    if (connection.error() == Error::network_unreachable) {
        explain_no_route(failure_, remote_.address);
        fail(connection.error(), {});
    } else {
        fail(connection.error(), describe(connection.error()));
    }
    return {};
}

void HttpTransfer::send_request() {
    while (sent_ < request_.size()) {
        const size_t count = min(connection_->stream().send_room(), request_.size() - sent_);
        if (count == 0) return;
        // A stream that has ended says so by on_closed().
        if (!connection_->stream().send(request_.view().substr(sent_, count).bytes()).ok()) return;
        sent_ += count;
    }
}

void HttpTransfer::poll(Instant now) {
    now_ = now;
    if (state_ != State::running) return give_back_connection();
    if (next_ != Next::nothing) {
        const Next next = std::exchange(next_, Next::nothing);
        give_back_connection();
        if (next == Next::follow_redirect) uri_ = std::move(next_uri_);
        const Result<void> opened = open(next == Next::follow_redirect, now);
        if (!opened.ok()) fail(opened.error(), describe(opened.error()));
        return;
    }
    if (std::exchange(progress_, false)) deadline_ = now + kPatience;
    if (connection_->connected()) send_request();
    if (now < deadline_) return;
    if (!connection_->connected()) {
        fail(Error::timed_out, "cannot connect");
    } else if (parser_.has_head()) {
        fail(Error::timed_out, Text<96>("no data for {} s, after {}", kPatience.seconds(),
                                        Progress{received_, parser_.size()}));
    } else {
        fail(Error::timed_out, Text<96>("no answer for {} s", kPatience.seconds()));
    }
    give_back_connection();
}

Instant HttpTransfer::poll_at() const {
    if (state_ != State::running) return Instant::never();
    if (next_ != Next::nothing || progress_) return now_;
    const bool unsent = connection_->connected() && sent_ < request_.size();
    return unsent ? min(deadline_, now_ + kSendRetry) : deadline_;
}

void HttpTransfer::cancel() {
    if (state_ == State::running) fail(Error::cancelled, "cancelled");
    give_back_connection();
}

void HttpTransfer::give_back_connection() {
    if (!connection_) return;
    if (parser_.state() == HttpResponseParser::State::complete) {
        client_.park(std::move(connection_), reusable_, now_);
    } else {
        connection_.reset();  // in the middle of something: it is broken off
    }
}

void HttpTransfer::on_connected() {
    progress_ = true;
    send_request();
}

void HttpTransfer::on_data(const Parts& data) {
    if (state_ != State::running || next_ != Next::nothing) return;
    progress_ = true;
    Parts rest = data;
    while (!rest.empty()) {
        const u64 run = parser_.body_run();
        if (run != 0) {
            Parts body = rest;
            body.truncate(min<u64>(run, rest.size()));
            if (!take_body(body)) return;
            parser_.skip_body(body.size());
            rest.skip(body.size());
        } else {
            rest.skip(parser_.feed(rest.front()));
            if (parser_.state() == HttpResponseParser::State::failed) {
                return fail(Error::protocol, Text<96>("broken answer: {}", parser_.problem()));
            }
            if (parser_.has_head() && !head_seen_ && !on_head()) return;
        }
        if (parser_.state() == HttpResponseParser::State::complete) {
            return on_complete(!rest.empty());
        }
    }
}

bool HttpTransfer::on_head() {
    head_seen_ = true;
    const u16 status = parser_.status();
    if (is_redirect(status) && !parser_.location().empty()) return on_redirect();
    if (status / 100 != 2 || status == 206) {
        explain_status();
        return drop_body(Outcome::failure);
    }
    if (!parser_.content_encoding().empty()) {
        fail(
            Error::not_supported,
            Text<96>("the body is encoded as {}", Printable<24>(parser_.content_encoding()).view()),
            "switch compression off for this file on the server");
        return false;
    }
    const std::optional<u64> size = parser_.size();
    if (!size) return true;
    const Result<void> taken = sink_.on_size(*size);
    if (taken.ok()) return true;
    fail(taken.error(), Text<96>("file of {} bytes: {}", *size, describe(taken.error())));
    return false;
}

bool HttpTransfer::on_redirect() {
    const Printable<64> location(parser_.location());
    if (++redirects_ > kMostRedirects) {
        explain(Error::protocol, Text<96>("redirected more than {} times", kMostRedirects),
                "the server's redirects seem to go round in a circle");
        return drop_body(Outcome::failure);
    }
    Result<Uri> target = Uri::resolve(uri_, parser_.location());
    if (!target.ok()) {
        explain(target.error(),
                Text<96>("redirected to \"{}\": {}", location.view(), describe(target.error())));
        return drop_body(Outcome::failure);
    }
    if (!target->scheme().equals_ignoring_case("http")) {
        explain(Error::not_supported, Text<96>("redirected to {}", location.view()),
                Text<96>("{} is not supported here", Printable<16>(target->scheme()).view()));
        return drop_body(Outcome::failure);
    }
    log::debug(log::kHttp, "redirected to {}", location.view());
    next_uri_ = std::move(*target);
    return drop_body(Outcome::redirect);
}

bool HttpTransfer::drop_body(Outcome outcome) {
    outcome_ = outcome;
    if (parser_.size().value_or(UINT64_MAX) <= kLargestDropped) return true;
    settle();
    return false;
}

void HttpTransfer::settle() {
    switch (outcome_) {
        case Outcome::file:
            state_ = State::done;
            log::debug(log::kHttp, "{}: {} bytes", uri_.text(), received_);
            break;
        case Outcome::redirect:
            next_ = Next::follow_redirect;
            break;
        case Outcome::failure:
            state_ = State::failed;
            break;
    }
}

void HttpTransfer::explain_status() {
    const u16 status = parser_.status();
    const Text<96> cause("{} {}", status, Printable<48>(parser_.reason()).view());
    switch (status) {
        case 206:
            return explain(Error::protocol, cause, "the server sends only a part of the file");
        case 401:
            return explain(Error::access_denied, cause, "the server needs user and password");
        case 403:
            return explain(Error::access_denied, cause,
                           "check the file's permissions on the server");
        case 404:
            return explain(Error::not_found, cause, "check the path on the server");
        default:
            break;
    }
    if (status >= 500) return explain(Error::http_server_error, cause, "see the server's log");
    if (status >= 400) return explain(Error::http_client_error, cause);
    explain(Error::protocol, cause, "the answer says neither what nor where the file is");
}

bool HttpTransfer::take_body(const Parts& data) {
    received_ += data.size();
    if (outcome_ != Outcome::file) return true;
    const Result<void> taken = sink_.on_data(data);
    if (taken.ok()) return true;
    fail(taken.error(),
         Text<96>("after {}: {}", Progress{received_, parser_.size()}, describe(taken.error())));
    return false;
}

void HttpTransfer::on_complete(bool more_follows) {
    reusable_ = parser_.keep_alive() && !more_follows;
    if (outcome_ == Outcome::file && received_ == 0 && !parser_.size()) {
        const Result<void> taken = sink_.on_size(0);  // chunks without content, or nothing at all
        if (!taken.ok()) return fail(taken.error(), describe(taken.error()));
    }
    settle();
}

void HttpTransfer::on_closed(Error why) {
    if (state_ != State::running || next_ != Next::nothing) return;
    if (why == Error::none) {
        parser_.end_of_stream();
        if (parser_.state() == HttpResponseParser::State::complete) return on_complete(false);
    }
    if (outcome_ != Outcome::file) {
        settle();  // the page was of no interest
    } else if (connection_->reused() && parser_.untouched()) {
        next_ = Next::connect_anew;  // the server's idle time was over just now
    } else {
        on_early_end(why);
    }
}

void HttpTransfer::on_early_end(Error why) {
    const Error error = why == Error::none ? Error::connection_closed : why;
    if (!connection_->connected()) {
        return fail(
            error, describe(error),
            error == Error::connection_refused ? "is the web server running on this port?" : "");
    }
    if (parser_.untouched()) {
        const StrView cause =
            why == Error::none ? "server closed without an answer" : describe(why);
        return fail(error, cause);
    }
    if (!parser_.has_head()) return fail(error, "server closed within its headers");
    const Progress progress{received_, parser_.size()};
    if (why == Error::none) return fail(error, Text<96>("server closed after {}", progress));
    fail(error, Text<96>("{} after {}", describe(why), progress));
}

void HttpTransfer::explain(Error error, StrView cause, StrView hint) {
    failure_.error = error;
    failure_.stage.put("HTTP GET ");
    put_uri(failure_.stage, uri_);
    if (!remote_.address.is_any()) format(failure_.peer, "{}", remote_);
    failure_.cause.put(cause);
    failure_.hint.put(hint);
    log::debug(log::kHttp, "{}: {}", uri_.text(), cause);
}

void HttpTransfer::fail(Error error, StrView cause, StrView hint) {
    explain(error, cause, hint);
    state_ = State::failed;
}

}  // namespace kedge::proto
