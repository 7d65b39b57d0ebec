// The lease once it is ours: RFC 2131 section 4.4.5.
#include "base/log.h"
#include "proto/dhcp.h"
#include "src/proto/dhcp_message.h"

namespace kedge::proto {

using net::Ipv4Address;
using net::wire::DhcpMessage;

namespace {

// Not more often than this, whatever a server says.
constexpr Duration kShortestRenewal = Duration::seconds(60);
constexpr u32 kShortestLease = 20;
constexpr u32 kEndless = 0xffffffff;

}  // namespace

void DhcpExchange::bind(const DhcpMessage& message, Ipv4Address server, Vector<u8> packet,
                        Instant now) {
    Text<96> why;
    const Result<net::Ipv4Config> config = read_dhcp_config(message, link_.mtu, why);
    if (!config.ok()) {
        return note(Error::protocol, server, Text<96>("unusable answer: {}", why.view()));
    }
    lease_.config_ = *config;
    lease_.server_ = server;
    lease_.next_server_ = message.siaddr();
    lease_.names_file_ = !message.boot_file().empty();
    lease_.priority_ = dhcp_priority(message);
    set_lease_times(message, now);
    if (dhcp_without_proxy(message)) without_proxy_ = true;
    lease_.packet_ = std::move(packet);
    offer_.reset();
    has_lease_ = true;
    state_ = State::bound;
    log::debug(log::kDhcp, "{}: {} from {}", link_.name, config->address, server);
}

void DhcpExchange::set_lease_times(const DhcpMessage& message, Instant now) {
    renew_at_ = rebind_at_ = expires_at_ = Instant::never();
    const u32 lease = message.number32(net::wire::kDhcpLeaseTime).value_or(kEndless);
    if (lease == kEndless) return;
    const u32 length = max(lease, kShortestLease);
    // Times that are out of order count as not given (RFC 2131 section 4.4.5 has the defaults).
    u32 rebind = message.number32(net::wire::kDhcpRebindingTime).value_or(0);
    if (rebind == 0 || rebind >= length) rebind = length / 8 * 7;
    u32 renew = message.number32(net::wire::kDhcpRenewalTime).value_or(0);
    if (renew == 0 || renew >= rebind) renew = min(length / 2, rebind);
    renew = max(renew, kShortestLease / 2);
    renew_at_ = now + Duration::seconds(renew);
    rebind_at_ = now + Duration::seconds(max(rebind, renew));
    expires_at_ = now + Duration::seconds(length);
    send_at_ = renew_at_;
}

void DhcpExchange::poll_lease(Instant now) {
    if (now >= expires_at_) return lose_lease(Error::timed_out, "the lease is over");
    if (now < renew_at_ || now < send_at_) return;
    if (send_at_ == renew_at_) {
        ++transaction_;
        started_ = now;
    }
    send(now);
    const Instant phase_end = now < rebind_at_ ? rebind_at_ : expires_at_;
    send_at_ = min(now + max((phase_end - now) / 2, kShortestRenewal),
                   now < rebind_at_ ? rebind_at_ : Instant::never());
}

void DhcpExchange::lose_lease(Error error, StrView cause) {
    note(error, lease_.server_, cause, "use the command dhcp for a new one");
    has_lease_ = false;
    failure_ = trouble_;
    format(failure_.stage, "DHCP on {}", link_.name);
    state_ = State::failed;
}

}  // namespace kedge::proto
