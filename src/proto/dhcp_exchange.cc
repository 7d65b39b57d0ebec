#include "proto/dhcp.h"

#include "base/log.h"
#include "src/proto/dhcp_message.h"
#include "src/proto/sentence.h"

namespace kedge::proto {

using net::Ipv4Address;
using net::wire::DhcpMessage;
using net::wire::DhcpType;

namespace {

constexpr Duration kFirstDiscover = Duration::seconds(1);
constexpr Duration kFirstRequest = Duration::ms(250);
constexpr Duration kLongest = Duration::seconds(10);
// Another server may have the file name that the first offer lacks. ProxyDHCP servers, for which
// the PXE specification waits longer, are not asked yet.
constexpr Duration kBetterOfferWait = Duration::ms(500);
constexpr Duration kBusyRetry = Duration::ms(20);
// 0.25 + 0.5 + 1 + 2 + 4 s; then the server that offered is not worth waiting for.
constexpr unsigned kRequestTries = 5;
constexpr size_t kLargestPacket = 9000;
constexpr net::Endpoint kServers = {Ipv4Address::broadcast(), net::wire::kDhcpServerPort};

Result<Vector<u8>> copy_of(const Parts& parts) {
    Vector<u8> out;
    TRY(out.reserve(parts.size()));
    Result<void> status;
    parts.for_each([&](Bytes piece) {
        for (u8 byte : piece) {
            if (status.ok()) status = out.push_back(byte);
        }
    });
    TRY(status);
    return out;
}

/// Is this the answer to our question? Looks at the fixed fields only, before anything is copied:
/// answers to other machines come by broadcast too.
bool is_for_us(const Parts& payload, u32 transaction, const net::MacAddress& mac) {
    std::array<u8, 34> head{};
    if (payload.copy_to(head) != head.size()) return false;
    Reader in(head);
    const u8 op = in.u8_();
    const u8 hardware_type = in.u8_();
    const u8 hardware_size = in.u8_();
    in.skip(1);
    const u32 xid = in.be32_();
    in.skip(20);
    return op == DhcpMessage::kReply && hardware_type == DhcpMessage::kEthernet &&
           hardware_size == mac.bytes.size() && xid == transaction &&
           equal_bytes(in.rest(), mac.bytes);
}

}  // namespace

void DhcpExchange::start(const Link& link, u32 transaction, Instant now) {
    link_ = link;
    transaction_ = transaction;
    started_ = now;
    discover_interval_ = kFirstDiscover;
    start_over(now);
    send(now);
}

void DhcpExchange::start_over(Instant at) {
    state_ = State::selecting;
    ++transaction_;  // answers to the earlier question must not be taken for new ones
    offer_.reset();
    send_at_ = at;
}

void DhcpExchange::poll(Instant now) {
    switch (state_) {
        case State::selecting:
            if (offer_.has_value()) {
                if (now >= decide_at_) take_offer(now);
            } else if (now >= send_at_) {
                send(now);
            }
            break;
        case State::requesting:
            if (now < send_at_) break;
            if (request_tries_ == kRequestTries) start_over(now);
            send(now);
            break;
        case State::idle:
        case State::bound:
        case State::failed:
            break;
    }
}

Instant DhcpExchange::poll_at() const {
    switch (state_) {
        case State::selecting:
            return offer_.has_value() ? decide_at_ : send_at_;
        case State::requesting:
            return send_at_;
        case State::idle:
        case State::bound:
        case State::failed:
            break;
    }
    return Instant::never();
}

void DhcpExchange::send(Instant now) {
    DhcpQuery query;
    query.transaction = transaction_;
    query.secs = static_cast<u16>(clamp<i64>((now - started_).seconds(), 0, 0xffff));
    query.broadcast = link_.has_address;
    query.mac = link_.mac;
    query.mtu = link_.mtu;
    if (state_ == State::requesting) {
        query.type = DhcpType::request;
        query.requested = offer_->address;
        query.server = offer_->server;
    }
    std::array<u8, kDhcpBufferSize> buffer;
    const Result<Bytes> message = build_dhcp_query(buffer, identity_, query);
    const Result<void> sent =
        message.ok() ? port_.send_to(kServers, *message) : Result<void>(message.error());
    if (sent.error() == Error::busy) {
        send_at_ = now + kBusyRetry;
        return;
    }
    if (!sent.ok()) note(sent.error(), {}, Text<96>("cannot send: {}", describe(sent.error())));
    Duration& interval = state_ == State::requesting ? request_interval_ : discover_interval_;
    if (state_ == State::requesting) ++request_tries_;
    send_at_ = now + interval;
    interval = min(interval * 2, kLongest);
}

void DhcpExchange::on_datagram(net::Endpoint from, const Parts& payload, Instant now) {
    if (state_ != State::selecting && state_ != State::requesting) return;
    if (from.port != net::wire::kDhcpServerPort || payload.size() > kLargestPacket) return;
    if (!is_for_us(payload, transaction_, link_.mac)) return;
    Result<Vector<u8>> packet = copy_of(payload);
    if (!packet.ok()) return note(packet.error(), from.address, describe(packet.error()));
    const Result<DhcpMessage> message = DhcpMessage::parse(packet->span());
    if (!message.ok()) return note(Error::protocol, from.address, "sent a broken DHCP message");
    // The message views the vector's memory, which stays where it is when the vector moves.
    if (state_ == State::selecting) {
        on_offer(*message, std::move(*packet), now);
    } else {
        on_answer(*message, std::move(*packet), now);
    }
}

void DhcpExchange::on_offer(const DhcpMessage& message, Vector<u8> packet, Instant now) {
    const DhcpType type = message.type();
    if (type != DhcpType::offer && type != DhcpType::none) return;
    const bool proxy = is_proxy_offer(message);
    Offer offer;
    offer.address = message.yiaddr();
    offer.bootp = type == DhcpType::none;
    offer.server = message.address(net::wire::kDhcpServerId)
                       .value_or(offer.bootp ? message.siaddr() : Ipv4Address());
    if (offer.address.is_any()) {
        if (proxy && offer_.has_value()) decide_at_ = now;  // the wait for it is over
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
    offer.complete = proxy || dhcp_without_proxy(message) || !message.boot_file().empty();
    offer.packet = std::move(packet);
    keep_offer(std::move(offer), now);
}

void DhcpExchange::keep_offer(Offer offer, Instant now) {
    if (offer_.has_value() && offer.priority < offer_->priority) return;
    if (!offer_.has_value()) decide_at_ = now + kBetterOfferWait;
    // Not at once: poll() decides, when all offers of this round have been seen.
    if (offer.complete) decide_at_ = now;
    note(Error::timed_out, offer.server,
         Text<96>("offered {}, but did not confirm it", offer.address));
    offer_ = std::move(offer);
}

void DhcpExchange::take_offer(Instant now) {
    if (offer_->bootp) {
        const Result<DhcpMessage> message = DhcpMessage::parse(offer_->packet.span());
        if (!message.ok()) return start_over(now);
        return bind(*message, offer_->server, std::move(offer_->packet));
    }
    state_ = State::requesting;
    request_tries_ = 0;
    request_interval_ = kFirstRequest;
    send(now);
}

void DhcpExchange::on_answer(const DhcpMessage& message, Vector<u8> packet, Instant now) {
    // Another server's answer to our broadcast is not the one that was asked.
    const Ipv4Address server = message.address(net::wire::kDhcpServerId).value_or(offer_->server);
    if (server != offer_->server) return;
    if (message.type() == DhcpType::ack) return bind(message, server, std::move(packet));
    if (message.type() != DhcpType::nak) return;
    const Printable<48> reason(message.text(net::wire::kDhcpMessageText));
    note(Error::access_denied, server,
         Text<96>("refused {}{}{}", offer_->address, reason.empty() ? "" : ": ", reason.view()));
    // With the DISCOVER interval growing as ever, so that a server cannot make us flood the wire.
    start_over(now + discover_interval_);
    discover_interval_ = min(discover_interval_ * 2, kLongest);
}

void DhcpExchange::bind(const DhcpMessage& message, Ipv4Address server, Vector<u8> packet) {
    Text<96> why;
    const Result<net::Ipv4Config> config = read_dhcp_config(message, link_.mtu, why);
    if (!config.ok()) {
        return note(Error::protocol, server, Text<96>("unusable answer: {}", why.view()));
    }
    lease_.config_ = *config;
    lease_.server_ = server;
    lease_.next_server_ = message.siaddr();
    lease_.packet_ = std::move(packet);
    offer_.reset();
    state_ = State::bound;
    log::debug(log::kDhcp, "{}: {} from {}", link_.name, config->address, server);
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
