#include "src/proto/http_transfer.h"

#include "base/endian.h"
#include "base/log.h"
#include "src/proto/http_auth.h"
#include "src/proto/sentence.h"

namespace kedge::proto {

using net::wire::HttpResponseParser;

namespace {

constexpr unsigned kMostRedirects = 10;
// The page of a redirect or an error is read up to this size, so that the connection can be used
// again: scripts try one file after the other.
constexpr u64 kLargestDropped = 16384;

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

void HttpTransfer::on_data(const Parts& data) {
    if (state_ != State::running || step_ != Step::exchange) return;
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
    if (status == 206) return on_part();
    if (status / 100 == 2) return on_file();
    if (status == 401 && on_challenge()) return drop_body(Outcome::challenge);
    if (!parser_.location().empty()) return on_redirect();
    if (status == 416 && asked_from_ != 0) misfit_ = true;
    explain_status();
    return drop_body(Outcome::failure);
}

bool HttpTransfer::on_file() {
    if (!parser_.content_encoding().empty()) {
        fail(
            Error::not_supported,
            Text<96>("the body is encoded as {}", Printable<24>(parser_.content_encoding()).view()),
            "switch compression off for this file on the server");
        return false;
    }
    Result<void> taken;
    if (received_ != 0 || sized_) taken = sink_.restart();
    received_ = 0;
    sized_ = false;
    validator_.clear();
    validator_.put(parser_.validator());
    total_ = request_.is_head() ? std::nullopt : parser_.size();
    if (taken.ok() && total_) {
        taken = sink_.on_size(*total_);
        sized_ = true;
    }
    if (taken.ok()) return true;
    abandon(taken.error(),
            Text<96>("file of {} bytes: {}", total_.value_or(0), describe(taken.error())));
    return false;
}

bool HttpTransfer::on_part() {
    const auto& range = parser_.content_range();
    const bool fits = asked_from_ != 0 && range && range->first == received_ &&
                      (!range->total || !total_ || *range->total == *total_) &&
                      (parser_.validator().empty() || parser_.validator() == validator_.view()) &&
                      parser_.content_encoding().empty();
    if (fits) {
        if (range->total) total_ = range->total;
        return true;
    }
    misfit_ = asked_from_ != 0;
    explain_status();
    return drop_body(Outcome::failure);
}

bool HttpTransfer::on_challenge() {
    if (request_.user.empty() && request_.password.empty()) return false;
    const HttpChallenge challenge = HttpChallenge::choose(parser_.www_authenticate());
    // The same answer again would be refused again, unless only its nonce was too old.
    const bool again = challenge.stale && !stale_seen_;
    if (challenge.strength() == 0 || (!authorization_.empty() && !again)) return false;
    stale_seen_ = stale_seen_ || !authorization_.empty();
    std::array<u8, 8> random;
    client_.entropy().fill(random);
    const Text<16> nonce("{016x}", load_be<u64>(random));
    String target;
    Result<void> status = append_target(target, uri_);
    Result<String> answer = status.ok()
                                ? answer_challenge(challenge, {.user = request_.user,
                                                               .password = request_.password,
                                                               .method = request_.method,
                                                               .target = target,
                                                               .client_nonce = nonce})
                                : status.error();
    if (!answer.ok()) return false;
    authorization_ = std::move(*answer);
    return true;
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
            step_ = Step::follow;
            break;
        case Outcome::challenge:
            step_ = Step::connect;
            break;
        case Outcome::failure:
            conclude();
            break;
    }
}

void HttpTransfer::explain_status() {
    const u16 status = parser_.status();
    const Text<96> cause("{} {}", status, Printable<48>(parser_.reason()).view());
    const auto say = [&](Error error, StrView hint = {}) { explain(error, cause, hint); };
    switch (status) {
        case 206:
            return say(Error::protocol, "the server sends only a part of the file");
        case 401:
            return say(Error::access_denied, authorization_.empty()
                                                 ? "the server needs user and password"
                                                 : "the server does not accept user and password");
        case 403:
            return say(Error::access_denied, "check the file's permissions on the server");
        case 404:
            return say(Error::not_found, "check the path on the server");
        default:
            break;
    }
    if (status >= 500) return say(Error::http_server_error, "see the server's log");
    if (status >= 400) return say(Error::http_client_error);
    say(Error::protocol, "the answer says neither what nor where the file is");
}

bool HttpTransfer::take_body(const Parts& data) {
    if (outcome_ != Outcome::file) return true;
    if (total_ && data.size() > *total_ - received_) {
        fail(Error::protocol, "broken answer: more bytes than the file has");
        return false;
    }
    const Result<void> taken = sink_.on_data(data);
    received_ += data.size();
    body_seen_ = true;
    if (received_ > best_) {
        best_ = received_;
        gained_ = true;
    }
    if (taken.ok()) return true;
    abandon(taken.error(),
            Text<96>("after {}: {}", Progress{received_, total_}, describe(taken.error())));
    return false;
}

void HttpTransfer::on_complete(bool more_follows) {
    reusable_ = parser_.keep_alive() && !more_follows;
    if (outcome_ == Outcome::file) {
        if (total_ && received_ < *total_) return on_early_end(Error::none);
        if (received_ == 0 && !sized_) {
            // Chunks without content, or nothing at all.
            const Result<void> taken = sink_.on_size(0);
            if (!taken.ok()) return abandon(taken.error(), describe(taken.error()));
        }
    }
    settle();
}

void HttpTransfer::on_closed(Error why) {
    if (state_ != State::running || step_ != Step::exchange) return;
    if (why == Error::none) {
        parser_.end_of_stream();
        if (parser_.state() == HttpResponseParser::State::complete) return on_complete(false);
    }
    if (outcome_ != Outcome::file) {
        settle();  // the page was of no interest
    } else if (connection_->reused() && parser_.untouched()) {
        may_reuse_ = false;
        step_ = Step::connect;  // the server's idle time was over just now
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
    const Progress progress{received_, total_};
    if (why == Error::none) return fail(error, Text<96>("server closed after {}", progress));
    fail(error, Text<96>("{} after {}", describe(why), progress));
}

void HttpTransfer::explain(Error error, StrView cause, StrView hint) {
    failure_ = {};
    failure_.error = error;
    format(failure_.stage, "HTTP {} ", request_.method);
    put_uri(failure_.stage, uri_);
    if (!remote_.address.is_any()) format(failure_.peer, "{}", remote_);
    failure_.cause.put(cause);
    failure_.hint.put(hint);
    log::debug(log::kHttp, "{}: {}", uri_.text(), cause);
}

void HttpTransfer::fail(Error error, StrView cause, StrView hint) {
    explain(error, cause, hint);
    conclude();
}

void HttpTransfer::abandon(Error error, StrView cause, StrView hint) {
    explain(error, cause, hint);
    state_ = State::failed;
}

}  // namespace kedge::proto
