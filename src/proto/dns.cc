#include "proto/dns.h"

#include "src/proto/sentence.h"

namespace kedge::proto {

using net::wire::DnsAddresses;
using net::wire::DnsAnswer;
using net::wire::DnsCode;
using net::wire::DnsName;

namespace {

constexpr Duration kFirstPatience = Duration::ms(400);  // for each server; doubled in each pass
constexpr unsigned kPasses = 5;
constexpr Duration kTcpPatience = Duration::seconds(4);
constexpr Duration kGiveUp = Duration::seconds(25);
constexpr Duration kBusyRetry = Duration::ms(5);
constexpr size_t kLengthSize = 2;  // in front of a message over TCP: RFC 1035 section 4.2.2

bool is_separator(char c) { return is_space(c) || c == ','; }

/// The next word of a list, taken from its front; empty at the end.
StrView take_word(StrView& list) {
    size_t from = 0;
    while (from < list.size() && is_separator(list[from])) ++from;
    size_t to = from;
    while (to < list.size() && !is_separator(list[to])) ++to;
    const StrView word = list.substr(from, to - from);
    list = list.substr(to);
    return word;
}

/// RFC 1123 section 2.1: no name's last label is a number, so this was meant as an address.
bool looks_like_address(StrView host) {
    const size_t dot = host.rfind('.');
    return parse_number(dot == StrView::npos ? host : host.substr(dot + 1)).has_value();
}

/// Of several names that a short one may stand for, which failure is worth being told. Of one with
/// dots it is that of the name as it was given.
int rank(Error error) {
    switch (error) {
        case Error::access_denied:
            return 1;
        case Error::unknown_host:
            return 2;
        default:
            return 3;
    }
}

}  // namespace

Result<void> DnsExchange::start(StrView host, DnsConfig&& config, Instant now) {
    TRY(host_.assign(host));
    config_ = std::move(config);
    config_.server_count = min(config_.server_count, config_.servers.size());
    cache_.keep_only(config_);
    now_ = next_at_ = now;
    give_up_at_ = now + kGiveUp;
    search_left_ = config_.search;
    if (const auto address = net::Ipv4Address::parse(host)) {
        found_.list[found_.count++] = *address;
        state_ = State::done;
        return {};
    }
    const bool complete = host.ends_with(".");
    if (complete) search_left_ = {};
    // RFC 1535 section 6: a name with dots is first taken as it is.
    plain_first_ = complete || host.find('.') != StrView::npos;
    StrView problem;
    if (host.empty() || !DnsName::parse(host).ok()) problem = "not a valid name of a host";
    if (looks_like_address(host)) problem = "neither an address nor a name";
    const bool is_ipv6 = host.find(':') != StrView::npos;
    if (is_ipv6) problem = "IPv6 addresses are not supported yet";
    if (!problem.empty()) fail(is_ipv6 ? Error::not_supported : Error::unknown_host, problem);
    return {};
}

Instant DnsExchange::poll_at() const {
    return state_ == State::running ? next_at_ : Instant::never();
}

void DnsExchange::then(Next next) {
    next_ = next;
    next_at_ = now_;
}

void DnsExchange::poll(Instant now) {
    now_ = now;
    if (state_ != State::running) {
        stream_.reset();
        return;
    }
    if (now < next_at_) return;
    switch (std::exchange(next_, Next::time_out)) {
        case Next::time_out:
            any_silent_ = true;
            note(Error::timed_out, "no answer", "check the dns setting, and firewalls on the way");
            return next_server(now);
        case Next::ask:
            return ask(now);
        case Next::ask_by_tcp:
            return ask_by_tcp(now);
        case Next::next_server:
            return next_server(now);
        case Next::next_name:
            return next_name(now);
    }
}

/// Error::not_found when there is no other.
Result<DnsName> DnsExchange::take_candidate() {
    const DnsName relative = TRY(DnsName::parse(host_));
    if (plain_first_ && plain_left_) {
        plain_left_ = false;
        return relative;
    }
    while (true) {
        const StrView domain = take_word(search_left_);
        if (domain.empty()) break;
        const Result<DnsName> suffix = DnsName::parse(domain);
        const Result<DnsName> name = suffix.ok() ? relative.within(*suffix) : suffix;
        searched_ = true;
        if (name.ok()) return name;
    }
    if (!std::exchange(plain_left_, false)) return Error::not_found;
    return relative;
}

void DnsExchange::next_name(Instant now) {
    const Result<DnsName> name = take_candidate();
    if (!name.ok()) {
        state_ = State::failed;
        if (searched_ && failure_.error == Error::unknown_host) {
            failure_.hint.clear();
            format(failure_.hint, "also looked for in {}", Printable<70>(config_.search).view());
        }
        return;
    }
    if (failure_.error != Error::none) {
        kept_rank_ = plain_first_ ? INT32_MAX : rank(failure_.error);
    }
    name_ = question_ = *name;
    aliases_ = 0;
    ttl_ = UINT32_MAX;
    if (const DnsAddresses* known = cache_.find(name_, now)) {
        found_ = *known;
        state_ = State::done;
        return;
    }
    if (config_.server_count == 0) {
        return fail(Error::unknown_host, "no DNS server is known",
                    "dhcp may bring one, or: set dns ADDRESS");
    }
    server_ = pass_ = 0;
    any_silent_ = false;
    ask(now);
}

void DnsExchange::next_server(Instant now) {
    stream_.reset();
    if (++server_ == config_.server_count) {
        server_ = 0;
        ++pass_;
        if (!any_silent_) {
            // All of them have said that they cannot tell: they may know another name.
            return next_name(now);
        }
        any_silent_ = false;
    }
    if (pass_ == kPasses || now >= give_up_at_) {
        state_ = State::failed;
        return;
    }
    ask(now);
}

void DnsExchange::ask(Instant now) {
    stream_.reset();
    id_ = entropy_.next_u16();
    std::array<u8, net::wire::kDnsLargestQuery> query;
    Result<void> sent = port_.renew();
    if (sent.ok()) sent = port_.send_to(server(), emit_dns_query(query, id_, question_));
    if (sent.error() == Error::busy && now < give_up_at_) {
        next_ = Next::ask;
        next_at_ = now + kBusyRetry;
        return;
    }
    next_at_ = now + kFirstPatience * (i64{1} << pass_);
    if (sent.ok()) return;
    note(sent.error(), describe(sent.error()));
    then(Next::next_server);
}

void DnsExchange::ask_by_tcp(Instant now) {
    message_.clear();
    next_at_ = now + kTcpPatience;
    Result<Unique<net::Stream>> stream = connector_.connect(server(), *this, now);
    if (stream.ok()) {
        stream_ = std::move(*stream);
        return;
    }
    on_closed(stream.error());
}

void DnsExchange::on_datagram(net::Endpoint from, net::Ipv4Address /*to*/, const Parts& payload,
                              Instant now) {
    const bool expected = state_ == State::running && next_ == Next::time_out && !stream_;
    if (!expected || from != server()) return;
    now_ = now;
    std::array<u8, net::wire::kDnsLargestDatagram> copy;
    Bytes message = payload.front();
    if (message.size() < payload.size()) message = Bytes(copy).first(payload.copy_to(copy));
    on_message(message);
}

void DnsExchange::on_connected() {
    if (!stream_) return;
    std::array<u8, net::wire::kDnsLargestQuery> buffer;
    const Bytes query = emit_dns_query(buffer, id_, question_);
    std::array<u8, kLengthSize + net::wire::kDnsLargestQuery> framed;
    Writer out(framed);
    out.be16_(static_cast<u16>(query.size()));
    out.bytes(query);
    // A new stream has room for it; if not, the server stays silent for us.
    IGNORE_RESULT(stream_->send(out.written()));
}

void DnsExchange::on_data(const Parts& data) {
    if (state_ != State::running || next_ != Next::time_out) return;
    Parts rest = data;
    rest.truncate(kLengthSize + UINT16_MAX - message_.size());
    Result<void> status;
    rest.for_each([&](Bytes piece) {
        if (status.ok()) status = message_.append(StrView::from(piece));
    });
    if (!status.ok()) return fail(status.error(), describe(status.error()));
    const Bytes all = message_.view().bytes();
    if (all.size() < kLengthSize) return;
    const size_t size = load_be<u16>(all);
    if (all.size() >= kLengthSize + size) on_message(all.subspan(kLengthSize, size));
}

void DnsExchange::on_closed(Error why) {
    if (state_ != State::running || next_ != Next::time_out) return;
    const Error error = why == Error::none ? Error::connection_closed : why;
    note(error, Text<96>("long answer, over TCP: {}", describe(error)));
    then(Next::next_server);
}

void DnsExchange::on_message(Bytes message) {
    const Result<DnsAnswer> answer = DnsAnswer::read(message, id_, question_);
    // Somebody else's, or forged: the real one may still come.
    if (answer.error() == Error::not_found) return;
    if (!answer.ok()) {
        note(Error::protocol,
             answer.error() == Error::too_large ? "its aliases never end" : "broken answer");
        return then(Next::next_server);
    }
    if (answer->truncated && !stream_) return then(Next::ask_by_tcp);
    if (answer->code != DnsCode::none) return on_code(answer->code);
    ttl_ = min(ttl_, answer->ttl);
    if (answer->found.count != 0) {
        found_ = answer->found;
        cache_.keep(name_, found_, ttl_, now_);
        state_ = State::done;
        return;
    }
    if (answer->aliases == 0) {
        note(Error::unknown_host, "it has no IPv4 address", "check its records on the DNS server");
        return then(Next::next_name);
    }
    // A server that leaves it to us to follow.
    question_ = answer->canonical;
    aliases_ += answer->aliases;
    if (aliases_ <= DnsAnswer::kMostAliases) return then(Next::ask);
    note(Error::protocol, "its aliases never end");
    then(Next::next_name);
}

void DnsExchange::on_code(DnsCode code) {
    struct Meaning {
        Error error;
        const char* cause;
        const char* hint;
    };
    Meaning meaning = {Error::protocol, "the server answered with an error", ""};
    if (code == DnsCode::no_such_name) {
        meaning = {Error::unknown_host, "no such name (NXDOMAIN)",
                   "check the name, and that this server knows it"};
    } else if (code == DnsCode::server_failure) {
        meaning = {Error::io, "the server failed (SERVFAIL)", "see the DNS server's log"};
    } else if (code == DnsCode::refused) {
        meaning = {Error::access_denied, "the server refused (REFUSED)",
                   "it may not answer questions from this network"};
    }
    note(meaning.error, meaning.cause, meaning.hint);
    then(code == DnsCode::no_such_name ? Next::next_name : Next::next_server);
}

void DnsExchange::note(Error error, StrView cause, StrView hint) {
    if (error != Error::timed_out && rank(error) <= kept_rank_) return;
    const bool asked = config_.server_count != 0 && question_.bytes().size() > 1;
    tell(failure_, error, "DNS", host_, asked ? server() : net::Endpoint(), cause, hint);
}

void DnsExchange::fail(Error error, StrView cause, StrView hint) {
    kept_rank_ = 0;
    note(error, cause, hint);
    state_ = State::failed;
}

}  // namespace kedge::proto
