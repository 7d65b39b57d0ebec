#include "proto/dhcp.h"

namespace kedge::proto {

DhcpClient::DhcpClient(net::Stack& stack, net::Interface& interface, const DhcpIdentity& identity)
    : stack_(stack),
      interface_(interface),
      socket_(stack, *this, &interface),
      exchange_(socket_, identity) {}

Result<void> DhcpClient::start(Instant now) {
    TRY(socket_.bind(net::wire::kDhcpClientPort));
    exchange_.start(
        {interface_.name(), interface_.mac(), interface_.device().mtu(), interface_.configured()},
        stack_.entropy().next_u32(), now);
    return {};
}

void DhcpClient::give_up(Instant now) { exchange_.give_up(interface_.device().link_up(), now); }

void DhcpClient::on_datagram(net::Endpoint from, net::Ipv4Address /*to*/, const Parts& payload,
                             Instant now) {
    exchange_.on_datagram(from, payload, now);
}

}  // namespace kedge::proto
