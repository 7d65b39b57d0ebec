#include "base/log.h"
#include "net/wire/pxe.h"
#include "proto/pxe.h"
#include "src/proto/dhcp_message.h"

namespace kedge::proto {

using net::Ipv4Address;
using net::wire::DhcpMessage;
using net::wire::DhcpType;

namespace {

constexpr Duration kFirst = Duration::ms(250);
constexpr Duration kLongest = Duration::seconds(2);
constexpr Duration kBusyRetry = Duration::ms(20);
// 0.25 + 0.5 + 1 + 2 + 2 s
constexpr unsigned kTries = 5;
constexpr Duration kGiveUp = Duration::seconds(8);  // even if nothing could be sent

}  // namespace

void PxeExchange::ask(const Question& question, u32 transaction, Instant now) {
    question_ = question;
    transaction_ = transaction;
    started_ = now;
    interval_ = kFirst;
    tries_ = 0;
    packet_.clear();
    failure_ = {};
    state_ = State::asking;
    send(now);
}

void PxeExchange::poll(Instant now) {
    if (state_ == State::asking && now >= send_at_) send(now);
}

void PxeExchange::send(Instant now) {
    if (tries_ == kTries || question_.count == 0 || now - started_ > kGiveUp) {
        state_ = State::failed;
        failure_.error = Error::timed_out;
        format(failure_.stage, "{} on {}", question_.item ? "PXE boot server" : "ProxyDHCP",
               question_.name);
        if (question_.count == 1) format(failure_.peer, "{}", question_.to[0]);
        if (failure_.cause.empty()) failure_.cause.put("no answer");
        return;
    }
    DhcpQuery query;
    query.type = DhcpType::request;
    query.transaction = transaction_;
    query.secs = static_cast<u16>(clamp<i64>((now - started_).seconds(), 0, 0xffff));
    query.mac = question_.mac;
    query.mtu = question_.mtu;
    query.client = question_.client;
    query.item = question_.item;
    if (!question_.item) query.server = question_.to[0].address;
    std::array<u8, kDhcpBufferSize> buffer;
    const Result<Bytes> message = build_dhcp_query(buffer, identity_, query);
    Error error = message.error();
    for (size_t i = 0; message.ok() && i < question_.count; ++i) {
        const Result<void> sent = port_.send_to(question_.to[i], *message);
        if (!sent.ok()) error = sent.error();
    }
    if (error == Error::busy) {
        send_at_ = now + kBusyRetry;
        return;
    }
    failure_.cause.clear();
    if (error != Error::none) format(failure_.cause, "cannot send: {}", describe(error));
    ++tries_;
    send_at_ = now + interval_;
    interval_ = min(interval_ * 2, kLongest);
}

bool PxeExchange::was_asked(Ipv4Address server) const {
    for (const net::Endpoint& one : std::span(question_.to).first(question_.count)) {
        if (one.address == server) return true;
    }
    return false;
}

void PxeExchange::on_datagram(net::Endpoint from, const Parts& payload, Instant /*now*/) {
    if (state_ != State::asking) return;
    if (from.port != net::wire::kProxyDhcpPort && from.port != net::wire::kDhcpServerPort) return;
    if (!is_dhcp_answer(payload, transaction_, question_.mac)) return;
    if ((question_.only_these || !question_.item) && !was_asked(from.address)) return;
    Result<Vector<u8>> packet = copy_of(payload);
    if (!packet.ok()) return;  // asked again, as if it had been lost
    const Result<DhcpMessage> message = DhcpMessage::parse(packet->span());
    if (!message.ok()) return;
    // Some servers answer with an offer.
    if (message->type() != DhcpType::ack && message->type() != DhcpType::offer) return;
    std::array<u8, net::wire::kDhcpJoinedSize> scratch;
    const std::optional<u16> item = net::wire::PxeOptions(*message, scratch).boot_item();
    if (question_.item && item && *item != *question_.item) return;
    packet_ = std::move(*packet);
    state_ = State::answered;
    log::debug(log::kDhcp, "{}: {} answers with \"{}\"", question_.name, from,
               DhcpMessage::parse(packet_.span())->boot_file());
}

}  // namespace kedge::proto
