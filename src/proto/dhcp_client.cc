#include "proto/dhcp.h"
#include "src/proto/dhcp_message.h"

namespace kedge::proto {

using net::Ipv4Address;
using net::wire::DhcpMessage;

DhcpClient::DhcpClient(net::Stack& stack, net::Interface& interface, const DhcpIdentity& identity)
    : stack_(stack),
      interface_(interface),
      socket_(stack, *this, &interface),
      exchange_(socket_, identity),
      pxe_(socket_, identity) {}

Result<void> DhcpClient::start(Instant now) {
    TRY(open());
    exchange_.start(
        {interface_.name(), interface_.mac(), interface_.device().mtu(), interface_.configured()},
        stack_.entropy().next_u32(), now);
    return {};
}

void DhcpClient::give_up(Instant now) { exchange_.give_up(interface_.device().link_up(), now); }

void DhcpClient::poll(Instant now) {
    exchange_.poll(now);
    pxe_.poll(now);
    poll_proxy(now);
}

void DhcpClient::poll_proxy(Instant now) {
    if (proxy_ == Proxy::asking) {
        if (pxe_.state() == PxeExchange::State::asking) return;
        proxy_ = pxe_.state() == PxeExchange::State::answered ? Proxy::done : Proxy::failed;
        Result<Vector<u8>> copy = copy_of(Parts(pxe_.packet()));
        // Without an answer the offer stays what is known.
        if (proxy_ == Proxy::done && copy.ok()) proxy_message_ = std::move(*copy);
        return;
    }
    // The servers are asked from the address of the lease.
    if (proxy_ != Proxy::listening || state() != State::bound || !interface_.configured()) return;
    if (exchange_.without_proxy() || exchange_.proxy_offer().empty()) return;
    Result<Vector<u8>> copy = copy_of(Parts(exchange_.proxy_offer()));
    if (!copy.ok()) return;
    proxy_message_ = std::move(*copy);
    proxy_ = Proxy::done;
    const Result<DhcpMessage> offer = DhcpMessage::parse(proxy_message_.span());
    if (!offer.ok() || has_boot_information(*offer)) return;
    const Ipv4Address server = offer->address(net::wire::kDhcpServerId).value_or(offer->siaddr());
    if (server.is_any()) return;
    PxeExchange::Question question{
        .name = interface_.name(), .mac = interface_.mac(), .mtu = interface_.device().mtu()};
    question.client = interface_.config().address;
    question.add({server, net::wire::kProxyDhcpPort});
    pxe_.ask(question, stack_.entropy().next_u32(), now);
    proxy_ = Proxy::asking;
}

bool DhcpClient::settled(Instant now) const {
    switch (proxy_) {
        case Proxy::asking:
            return false;
        case Proxy::done:
        case Proxy::failed:
            return true;
        case Proxy::listening:
            break;
    }
    return state() != State::bound || exchange_.without_proxy() || exchange_.has_better_offer() ||
           now >= exchange_.listens_until();
}

Vector<u8> DhcpClient::take_proxy() {
    if (proxy_ == Proxy::listening || proxy_ == Proxy::asking) return {};
    return std::move(proxy_message_);
}

void DhcpClient::ask_boot_servers(const PxeExchange::Question& question, Instant now) {
    if (proxy_ == Proxy::asking || proxy_ == Proxy::listening) proxy_ = Proxy::done;
    pxe_.ask(question, stack_.entropy().next_u32(), now);
}

void DhcpClient::on_datagram(net::Endpoint from, net::Ipv4Address /*to*/, const Parts& payload,
                             Instant now) {
    exchange_.on_datagram(from, payload, now);
    pxe_.on_datagram(from, payload, now);
}

}  // namespace kedge::proto
