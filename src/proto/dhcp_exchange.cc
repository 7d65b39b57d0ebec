#include "proto/dhcp.h"

#include "base/log.h"
#include "src/proto/dhcp_message.h"
#include "src/proto/sentence.h"

namespace kedge::proto {

using net::Ipv4Address;
using net::wire::DhcpMessage;
using net::wire::DhcpType;

namespace {

// A switch port may forward late, and another try costs a server nothing.
constexpr Duration kFirst = Duration::ms(250);
constexpr Duration kLongest = Duration::seconds(10);
// For the answers of other servers to the same DISCOVER: as long as iPXE waits; and not less than
// this after a server was slow with its own.
constexpr Duration kListen = Duration::seconds(2);
constexpr Duration kListenAfterOffer = Duration::ms(500);
constexpr Duration kAfterRefusal = Duration::ms(500);
constexpr Duration kBusyRetry = Duration::ms(20);
// 0.25 + 0.5 + 1 + 2 + 4 s; then the server that offered is not worth waiting for.
constexpr unsigned kRequestTries = 5;
constexpr unsigned kBetterTries = 4;
constexpr net::Endpoint kServers = {Ipv4Address::broadcast(), net::wire::kDhcpServerPort};

}  // namespace

void DhcpExchange::start(const Link& link, u32 transaction, Instant now) {
    link_ = link;
    transaction_ = transaction;
    started_ = now;
    discover_interval_ = kFirst;
    has_lease_ = false;
    start_over(now);
    send(now);
}

void DhcpExchange::start_over(Instant at) {
    ++transaction_;  // answers to the earlier question must not be taken for new ones
    offer_.reset();
    better_.reset();
    proxy_offer_.clear();
    without_proxy_ = false;
    listens_until_ = Instant::never();
    state_ = State::selecting;
    send_at_ = at;
}

void DhcpExchange::poll(Instant now) {
    switch (state_) {
        case State::selecting:
            if (offer_.has_value()) {
                take_offer(now);
            } else if (now >= send_at_) {
                send(now);
            }
            break;
        case State::requesting:
            if (now < send_at_) break;
            if (has_lease_ && request_tries_ >= kBetterTries) {
                state_ = State::bound;
                break;
            }
            if (request_tries_ == kRequestTries) start_over(now);
            send(now);
            break;
        case State::bound:
            poll_lease(now);
            break;
        case State::idle:
        case State::failed:
            break;
    }
}

Instant DhcpExchange::poll_at() const {
    switch (state_) {
        case State::selecting:
            return offer_.has_value() ? Instant() : send_at_;
        case State::requesting:
            return send_at_;
        case State::bound:
            return min(renew_at_, expires_at_);
        case State::idle:
        case State::failed:
            break;
    }
    return Instant::never();
}

Duration DhcpExchange::with_jitter(Duration interval) const {
    // Up to an eighth more or less; the transaction number is as good as random.
    const i64 sixteenths = 14 + static_cast<i64>((transaction_ ^ transaction_ >> 13) % 5);
    return interval * sixteenths / 16;
}

void DhcpExchange::send(Instant now) {
    DhcpQuery query;
    query.transaction = transaction_;
    query.secs = static_cast<u16>(clamp<i64>((now - started_).seconds(), 0, 0xffff));
    query.broadcast = link_.has_address;
    query.mac = link_.mac;
    query.mtu = link_.mtu;
    net::Endpoint to = kServers;
    switch (state_) {
        case State::requesting:
            query.type = DhcpType::request;
            query.requested = offer_->address;
            query.server = offer_->server;
            break;
        case State::bound:  // renewing, then rebinding
            query.type = DhcpType::request;
            query.client = lease_.config_.address;
            query.broadcast = false;
            if (now < rebind_at_) to.address = lease_.server_;
            break;
        case State::selecting:
        case State::idle:
        case State::failed:
            break;
    }
    std::array<u8, kDhcpBufferSize> buffer;
    const Result<Bytes> message = build_dhcp_query(buffer, identity_, query);
    const Result<void> sent =
        message.ok() ? port_.send_to(to, *message) : Result<void>(message.error());
    if (state_ == State::bound) return;  // poll_lease() says when again
    if (sent.error() == Error::busy) {
        send_at_ = now + kBusyRetry;
        return;
    }
    if (!sent.ok()) note(sent.error(), {}, Text<96>("cannot send: {}", describe(sent.error())));
    Duration& interval = state_ == State::requesting ? request_interval_ : discover_interval_;
    if (state_ == State::requesting) ++request_tries_;
    sent_at_ = now;
    send_at_ = now + with_jitter(interval);
    interval = min(interval * 2, kLongest);
}

void DhcpExchange::on_datagram(net::Endpoint from, const Parts& payload, Instant now) {
    if (state_ == State::idle || state_ == State::failed) return;
    if (from.port != net::wire::kDhcpServerPort) return;
    if (!is_dhcp_answer(payload, transaction_, link_.mac)) return;
    Result<Vector<u8>> packet = copy_of(payload);
    if (!packet.ok()) return note(packet.error(), from.address, describe(packet.error()));
    const Result<DhcpMessage> message = DhcpMessage::parse(packet->span());
    if (!message.ok()) return note(Error::protocol, from.address, "sent a broken DHCP message");
    // The message views the vector's memory, which stays where it is when the vector moves.
    if (message->type() == DhcpType::offer || message->type() == DhcpType::none) {
        on_offer(*message, std::move(*packet), now);
    } else {
        on_answer(*message, std::move(*packet), now);
    }
}

void DhcpExchange::on_offer(const DhcpMessage& message, Vector<u8> packet, Instant now) {
    if (now >= listens_until_) return;
    const bool proxy = is_proxy_offer(message);
    if (proxy) keep_proxy_offer(message, packet.span());
    Offer offer;
    offer.address = message.yiaddr();
    offer.bootp = message.type() == DhcpType::none;
    offer.server = message.address(net::wire::kDhcpServerId)
                       .value_or(offer.bootp ? message.siaddr() : Ipv4Address());
    if (offer.address.is_any()) {
        if (proxy && trouble_.error == Error::none) {
            note(Error::timed_out, offer.server, "only this ProxyDHCP server answered",
                 "the server that gives addresses did not");
        }
        return;
    }
    Text<96> why;
    if (!offer.bootp && offer.server.is_any()) format(why, "its offer names no server");
    const Result<net::Ipv4Config> config = read_dhcp_config(message, link_.mtu, why);
    if (!why.empty() || !config.ok()) {
        return note(Error::protocol, offer.server, Text<96>("unusable offer: {}", why.view()));
    }
    offer.priority = dhcp_priority(message);
    offer.names_file = !message.boot_file().empty();
    offer.packet = std::move(packet);
    keep_offer(std::move(offer), now);
}

void DhcpExchange::keep_proxy_offer(const DhcpMessage& message, Bytes packet) {
    const int priority = dhcp_priority(message);
    const bool complete = has_boot_information(message);
    if (!proxy_offer_.empty()) {
        if (priority < proxy_priority_) return;
        if (priority == proxy_priority_ && proxy_complete_ && !complete) return;
    }
    Result<Vector<u8>> copy = copy_of(Parts(packet));
    if (!copy.ok()) return;
    proxy_offer_ = std::move(*copy);
    proxy_priority_ = priority;
    proxy_complete_ = complete;
}

void DhcpExchange::keep_offer(Offer offer, Instant now) {
    if (listens_until_ == Instant::never()) {
        listens_until_ = max(sent_at_ + kListen, now + kListenAfterOffer);
    }
    if (state_ == State::bound || has_lease_) {
        if (offer.bootp || !offer.beats(lease_.priority_, lease_.names_file_)) return;
        if (!better_ || offer.beats(better_->priority, better_->names_file)) {
            better_ = std::move(offer);
        }
        return;
    }
    if (offer_.has_value() && !offer.beats(offer_->priority, offer_->names_file)) return;
    note(Error::timed_out, offer.server,
         Text<96>("offered {}, but did not confirm it", offer.address));
    offer_ = std::move(offer);
    // In the other state poll() does it, when all offers of this round have been seen.
    if (state_ == State::requesting) take_offer(now);
}

void DhcpExchange::take_offer(Instant now) {
    if (offer_->bootp) {
        const Result<DhcpMessage> message = DhcpMessage::parse(offer_->packet.span());
        if (!message.ok()) return start_over(now);
        return bind(*message, offer_->server, std::move(offer_->packet), now);
    }
    state_ = State::requesting;
    request_tries_ = 0;
    request_interval_ = kFirst;
    send(now);
}

void DhcpExchange::take_better_offer(Instant now) {
    if (!has_better_offer()) return;
    offer_ = std::move(*better_);
    better_.reset();
    take_offer(now);
}

void DhcpExchange::on_answer(const DhcpMessage& message, Vector<u8> packet, Instant now) {
    const bool renewing = state_ == State::bound && now >= renew_at_;
    if (state_ != State::requesting && !renewing) return;
    // Another server's answer to our broadcast is not the one that was asked.
    const Ipv4Address asked = renewing ? lease_.server_ : offer_->server;
    const Ipv4Address server = message.address(net::wire::kDhcpServerId).value_or(asked);
    if (server != asked && (!renewing || now < rebind_at_)) return;
    if (message.type() == DhcpType::ack) {
        if (renewing && message.yiaddr() != lease_.config_.address) return;
        return bind(message, server, std::move(packet), now);
    }
    if (message.type() != DhcpType::nak) return;
    const Printable<48> reason(message.text(net::wire::kDhcpMessageText));
    if (renewing) return lose_lease(Error::access_denied, "the server took the address back");
    note(Error::access_denied, server,
         Text<96>("refused {}{}{}", offer_->address, reason.empty() ? "" : ": ", reason.view()));
    if (has_lease_) {
        state_ = State::bound;
        return;
    }
    // With the DISCOVER interval growing as ever, so that a server cannot make us flood the wire.
    discover_interval_ = min(max(discover_interval_, kAfterRefusal) * 2, kLongest);
    start_over(now + discover_interval_);
}

void DhcpExchange::note(Error error, Ipv4Address peer, StrView cause, StrView hint) {
    trouble_ = {};
    trouble_.error = error;
    if (!peer.is_any()) format(trouble_.peer, "{}", peer);
    trouble_.cause.put(cause);
    trouble_.hint.put(hint);
    log::debug(log::kDhcp, "{}: {}: {}", link_.name, peer, cause);
}

void DhcpExchange::give_up(bool link_up, Instant now) {
    if (state_ == State::bound || state_ == State::failed) return;
    if (has_lease_) {
        state_ = State::bound;
        return;
    }
    if (!link_up) {
        note(Error::network_unreachable, {}, "the link is down",
             "check the cable or the virtual switch");
    } else if (trouble_.error == Error::none) {
        note(Error::timed_out, {}, Text<96>("no answer in {} s", (now - started_).seconds()),
             "check cable, VLAN and DHCP server");
    }
    failure_ = trouble_;
    format(failure_.stage, "DHCP on {}", link_.name);
    offer_.reset();
    state_ = State::failed;
}

}  // namespace kedge::proto
