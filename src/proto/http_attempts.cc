// How a transfer reaches a server, and what it does after a failed attempt.
#include "src/proto/http_transfer.h"
#include "src/proto/sentence.h"

namespace kedge::proto {

using net::wire::HttpResponseParser;

namespace {

constexpr Duration kPatience = Duration::seconds(120);  // without a new byte from any server
// Where something better than waiting on can be done.
constexpr Duration kConnectPatience = Duration::seconds(5);
constexpr Duration kStallPatience = Duration::seconds(30);
constexpr Duration kSendRetry = Duration::ms(10);
constexpr u32 kLongestPause = 16;       // seconds, of our own
constexpr u32 kLongestAskedPause = 60;  // seconds, if the server wants it
constexpr unsigned kMostAttempts = 100;
constexpr unsigned kMostFruitless = 2;

/// Did the way to the server fail, rather than the server?
bool is_broken_way(Error error) {
    switch (error) {
        case Error::timed_out:
        case Error::network_unreachable:
        case Error::host_unreachable:
        case Error::connection_refused:
        case Error::connection_reset:
        case Error::connection_closed:
        case Error::unknown_host:
            return true;
        default:
            return false;
    }
}

bool same_server(const Uri& a, const Uri& b) {
    return a.host().equals_ignoring_case(b.host()) &&
           a.port(net::wire::kHttpPort) == b.port(net::wire::kHttpPort);
}

}  // namespace

HttpTransfer::~HttpTransfer() { give_back_connection(); }

Result<void> HttpTransfer::start(Instant now) {
    now_ = now;
    patience_end_ = now + kPatience;
    return advance();
}

void HttpTransfer::poll(Instant now) {
    now_ = now;
    if (state_ == State::running && step_ == Step::exchange) watch();
    const Result<void> advanced = advance();
    if (!advanced.ok()) abandon(advanced.error(), describe(advanced.error()));
    if (state_ != State::running || step_ == Step::pause) give_back_connection();
}

Instant HttpTransfer::poll_at() const {
    if (state_ != State::running) return Instant::never();
    if (step_ == Step::pause) return connection_ ? now_ : wake_;
    if (step_ == Step::look_up) return lookup_->poll_at();
    if (step_ != Step::exchange || progress_) return now_;
    const bool unsent = connection_->connected() && sent_ < message_.size();
    return unsent ? min(deadline_, now_ + kSendRetry) : deadline_;
}

void HttpTransfer::cancel() {
    if (state_ == State::running) abandon(Error::cancelled, "cancelled");
    give_back_connection();
}

Result<void> HttpTransfer::advance() {
    // It ends: exchange and the two that wait stay, and failed attempts are counted.
    while (state_ == State::running) {
        bool waiting = false;
        switch (step_) {
            case Step::pause:
                if (now_ < wake_) return {};
                step_ = Step::begin;
                break;
            case Step::begin:
                TRY(begin());
                break;
            case Step::follow:
                TRY(follow_redirect());
                break;
            case Step::resolve:
                give_back_connection();
                forget_exchange();
                remote_ = {};
                address_count_ = address_ = 0;
                lookup_ = TRY(client_.resolver().lookup(uri_.host(), now_));
                step_ = Step::look_up;
                break;
            case Step::look_up:
                TRY(look_up(waiting));
                if (waiting) return {};
                break;
            case Step::connect:
                give_back_connection();
                TRY(connect());
                break;
            case Step::exchange:
                return {};
        }
    }
    return {};
}

Result<void> HttpTransfer::begin() {
    uri_ = TRY(sources_[source_].clone());
    request_ = TRY(original_.clone());
    authorization_.clear();
    stale_seen_ = false;
    redirects_ = 0;
    may_reuse_ = attempts_ == 0 && request_.repeatable();
    step_ = Step::resolve;
    const Result<void> taken = request_.take_credentials(uri_);
    if (taken.error() == Error::no_memory) return taken;
    if (!taken.ok()) abandon(taken.error(), "the user or password in the URI is not well formed");
    return {};
}

Result<void> HttpTransfer::follow_redirect() {
    const u16 status = parser_.status();
    // RFC 9110 sections 15.4.2 to 15.4.4
    const bool to_get = status == 303 || ((status == 301 || status == 302) && request_.has_form);
    if (to_get && !request_.is_head()) TRY(request_.become_get());
    if (!same_server(uri_, next_uri_)) request_.forget_secrets();
    uri_ = std::move(next_uri_);
    authorization_.clear();
    may_reuse_ = request_.repeatable();
    step_ = Step::resolve;
    const Result<void> taken = request_.take_credentials(uri_);
    if (taken.error() == Error::no_memory) return taken;
    if (!taken.ok()) fail(taken.error(), "the user or password in the URI is not well formed");
    return {};
}

Result<void> HttpTransfer::look_up(bool& waiting) {
    lookup_->poll(now_);
    waiting = lookup_->state() == Lookup::State::running;
    if (waiting) return {};
    const Unique<Lookup> lookup = std::move(lookup_);
    if (lookup->state() == Lookup::State::failed) {
        const Failure& why = lookup->failure();
        if (why.error == Error::no_memory) return Error::no_memory;
        fail(why.error, Text<96>("{}: {}", why.stage.view(), why.cause.view()), why.hint);
        return {};
    }
    for (net::Ipv4Address address : lookup->addresses()) {
        if (address_count_ < addresses_.size()) addresses_[address_count_++] = address;
    }
    if (address_count_ == 0) {
        fail(Error::unknown_host, "the host has no address");
    } else {
        step_ = Step::connect;
    }
    return {};
}

Result<void> HttpTransfer::connect() {
    ++attempts_;
    sent_ = 0;
    forget_exchange();
    outcome_ = Outcome::file;
    parser_.reset(request_.is_head());
    remote_ = {addresses_[address_], uri_.port(net::wire::kHttpPort)};
    asked_from_ = validator_.empty() ? 0 : received_;
    message_ = TRY(compose_http_request(
        request_, uri_,
        {.authorization = authorization_, .from = asked_from_, .validator = validator_}));
    const Result<void> opened = open();
    if (opened.ok()) {
        deadline_ =
            now_ + (connection_->connected() || !has_alternative() ? kPatience : kConnectPatience);
        step_ = Step::exchange;
        if (connection_->connected()) send_request();
        return {};
    }
    if (opened.error() == Error::no_memory) return opened;
    explain(opened.error(), {});
    if (opened.error() == Error::network_unreachable) {
        explain_no_route(failure_, remote_.address);
    } else {
        failure_.cause.put(describe(opened.error()));
    }
    conclude();
    return {};
}

Result<void> HttpTransfer::open() {
    if (may_reuse_) {
        for (size_t i = 0; i < address_count_ && !connection_; ++i) {
            remote_.address = addresses_[(address_ + i) % address_count_];
            connection_ = client_.take_idle(remote_, now_);
        }
    }
    if (connection_) {
        connection_->use(*this);
        return {};
    }
    remote_.address = addresses_[address_];
    connection_ = TRY(client_.connect(remote_, *this, now_));
    return {};
}

void HttpTransfer::forget_exchange() {
    head_seen_ = body_seen_ = gained_ = misfit_ = reusable_ = progress_ = false;
}

bool HttpTransfer::has_alternative() const {
    return address_ + 1 < address_count_ || sources_.size() > 1 || best_ != 0;
}

void HttpTransfer::send_request() {
    while (sent_ < message_.size()) {
        const size_t count = min(connection_->stream().send_room(), message_.size() - sent_);
        if (count == 0) return;
        // A stream that has ended says so by on_closed().
        if (!connection_->stream().send(message_.view().substr(sent_, count).bytes()).ok()) return;
        sent_ += count;
    }
}

void HttpTransfer::watch() {
    if (std::exchange(progress_, false)) {
        const bool can_continue = body_seen_ && !validator_.empty();
        deadline_ = now_ + (can_continue ? kStallPatience : kPatience);
        if (gained_) take_heart();
    }
    if (connection_->connected()) send_request();
    if (now_ < deadline_) return;
    if (!connection_->connected()) {
        fail(Error::timed_out, "cannot connect");
    } else if (body_seen_) {
        fail(Error::timed_out, Text<96>("no data for {} s, after {}",
                                        (validator_.empty() ? kPatience : kStallPatience).seconds(),
                                        Progress{received_, total_}));
    } else {
        fail(Error::timed_out, Text<96>("no answer for {} s", kPatience.seconds()));
    }
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

void HttpTransfer::take_heart() {
    patience_end_ = now_ + kPatience;
    passed_over_ = 0;
    fruitless_ = pauses_ = 0;
}

void HttpTransfer::conclude() {
    if (gained_ && progress_) take_heart();
    if (body_seen_ && !gained_) ++fruitless_;
    if (misfit_) {
        validator_.clear();
        ++fruitless_;
    }
    if (attempts_ >= kMostAttempts || !plan_next_attempt()) {
        state_ = State::failed;
        return;
    }
    has_notice_ = true;
    notice_ = failure_;
    notice_.hint.clear();
    if (step_ == Step::pause) {
        format(notice_.hint, "trying again in {} s", ((wake_ - now_).ms() + 999) / 1000);
    } else if (step_ == Step::connect) {
        format(notice_.hint, "trying {} now", addresses_[address_]);
    } else {
        format(notice_.hint, "trying {} now", Printable<80>(sources_[source_].host()).view());
    }
}

bool HttpTransfer::plan_next_attempt() {
    // What a server may have acted upon is not said twice.
    if (!request_.repeatable() && connection_ && connection_->connected()) return false;
    if (is_broken_way(failure_.error) && address_ + 1 < address_count_) {
        ++address_;
        may_reuse_ = false;
        step_ = Step::connect;
        return true;
    }
    if (passed_over_ + 1 < sources_.size()) {
        ++passed_over_;
        source_ = (source_ + 1) % sources_.size();
        step_ = Step::begin;
        return true;
    }
    return plan_pause();
}

bool HttpTransfer::plan_pause() {
    u32 seconds = min(1u << min(pauses_, 5u), kLongestPause);
    const u16 status = head_seen_ ? parser_.status() : u16{0};
    const bool asked = (status == 429 || status == 503) && parser_.retry_after();
    if (asked) {
        seconds = max(1u, *parser_.retry_after());
        if (seconds > kLongestAskedPause) return false;
    } else if (best_ == 0 || fruitless_ >= kMostFruitless) {
        return false;  // there is nothing to go on with, or they break off at the same place
    } else if (!is_broken_way(failure_.error) && !misfit_ && status < 500) {
        return false;
    }
    if (!request_.repeatable()) return false;
    wake_ = now_ + Duration::seconds(seconds);
    if (wake_ >= patience_end_) return false;
    ++pauses_;
    passed_over_ = 0;
    source_ = (source_ + 1) % sources_.size();
    step_ = Step::pause;
    return true;
}

}  // namespace kedge::proto
