#include "proto/ntp.h"

#include "src/proto/sentence.h"

namespace kedge::proto {

using net::wire::NtpPacket;

namespace {

constexpr Duration kPatience = Duration::seconds(1);  // doubled with each round
constexpr unsigned kTries = 6;

}  // namespace

void NtpExchange::start(StrView host, std::span<const net::Ipv4Address> servers, Instant now) {
    host_ = host;
    count_ = min(servers.size(), servers_.size());
    for (size_t i = 0; i < count_; ++i) servers_[i] = servers[i];
    ask(now);
}

void NtpExchange::ask(Instant now) {
    // Not our time, which is nobody's business, but a number that nobody else can know.
    std::array<u8, 8> random{};
    entropy_.fill(random);
    cookie_ = load_be<u64>(random);
    asked_at_ = now;
    retry_at_ = now + kPatience * (i64{1} << min<size_t>(tries_ / count_, 2));
    const Result<void> sent = port_.send_to(server(), net::wire::emit_ntp_query(cookie_));
    asked_ = sent.ok();
    if (sent.ok()) return;
    note(sent.error(), describe(sent.error()));
    if (sent.error() != Error::busy) retry_at_ = now;
}

void NtpExchange::poll(Instant now) {
    if (state_ != State::running || now < retry_at_) return;
    if (asked_) note(Error::timed_out, "no answer", "check the server, and firewalls on the way");
    next_server(now);
}

void NtpExchange::next_server(Instant now) {
    server_ = (server_ + 1) % count_;
    if (++tries_ == kTries) {
        state_ = State::failed;
        return;
    }
    ask(now);
}

/// RFC 4330 section 5: whether it tells the time at all.
bool NtpExchange::usable(const NtpPacket& packet) {
    if (packet.stratum == 0) {
        note(Error::access_denied,
             Text<96>("the server says {}", Printable<4>(StrView::from(packet.reference)).view()),
             "a kiss of death: ask another server");
        // It must not be asked again.
        tries_ = count_ == 1 ? kTries - 1 : tries_;
        return false;
    }
    if (packet.leap == NtpPacket::kUnsynchronised || packet.stratum > 15 || packet.transmit == 0) {
        note(Error::protocol, "the server does not know the time", "its own clock is not set yet");
        return false;
    }
    return true;
}

void NtpExchange::on_datagram(net::Endpoint from, net::Ipv4Address /*to*/, const Parts& payload,
                              Instant now) {
    if (state_ != State::running || !asked_ || from != server()) return;
    std::array<u8, net::wire::kNtpPacketSize> bytes{};
    const std::optional<NtpPacket> packet =
        NtpPacket::parse(Bytes(bytes).first(payload.copy_to(bytes)));
    if (!packet || packet->mode != NtpPacket::kServer || packet->originate != cookie_) return;
    asked_ = false;
    if (!usable(*packet)) {
        retry_at_ = now;  // in the next poll()
        return;
    }
    // Half of what the way and the server took together, as far as that can be believed.
    const u64 sent = net::wire::ntp_to_unix_us(packet->transmit);
    const u64 received = net::wire::ntp_to_unix_us(packet->receive);
    const i64 elapsed = (now - asked_at_).us();
    const u64 held = sent - received;
    const i64 way = held < static_cast<u64>(elapsed) ? elapsed - static_cast<i64>(held) : elapsed;
    unix_us_ = sent + static_cast<u64>(way / 2);
    at_ = now;
    state_ = State::done;
}

void NtpExchange::note(Error error, StrView cause, StrView hint) {
    tell(failure_, error, "NTP", host_, server(), cause, hint);
}

}  // namespace kedge::proto
