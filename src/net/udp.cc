#include "net/stack.h"
#include "net/wire/checksum.h"
#include "net/wire/ipv4.h"

namespace kedge::net {

using wire::UdpHeader;

UdpSocket::UdpSocket(Stack& stack, DatagramSink& sink, Interface* interface)
    : stack_(stack), sink_(sink), interface_(interface) {}

Result<void> UdpSocket::bind(u16 port) {
    if (linked()) return Error::busy;
    if (port == 0) port = stack_.ephemeral_port();
    for (const UdpSocket& other : stack_.udp_) {
        const bool same_interface =
            other.interface_ == interface_ || other.interface_ == nullptr || interface_ == nullptr;
        if (other.port_ == port && same_interface) return Error::busy;
    }
    port_ = port;
    stack_.udp_.push_back(*this);
    return {};
}

Result<void> UdpSocket::send_to(Endpoint to, Bytes payload) {
    if (!linked()) return Error::not_connected;
    Interface* interface = interface_ != nullptr ? interface_ : stack_.route(to.address);
    if (interface == nullptr) return Error::network_unreachable;
    const MutableBytes area = stack_.transmit_area();
    const size_t size = UdpHeader::kSize + payload.size();
    if (size > area.size()) return Error::too_large;

    const Ipv4Address source = interface->config().address;
    Writer writer(area);
    UdpHeader{port_, to.port, static_cast<u16>(size), 0}.emit(writer);
    writer.bytes(payload);
    wire::InternetChecksum sum;
    sum.add_pseudo_header(source, to.address, wire::kProtocolUdp, size);
    sum.add(Bytes(writer.written()));
    const u16 checksum = sum.value();
    // Zero means "none" on the wire; its other representation says the same number (RFC 768).
    store_be<u16>(area.subspan(6), checksum == 0 ? u16{0xffff} : checksum);
    return stack_.send_ip(*interface, source, to.address, wire::kProtocolUdp, size);
}

void Stack::on_udp(Interface& interface, Ipv4Address from, Ipv4Address to, Checksum checksum,
                   const Parts& packet) {
    const std::optional<UdpHeader> header = UdpHeader::parse(packet.front(), packet.size());
    if (!header) {
        ++counters_.dropped;
        return;
    }
    const Parts datagram = packet.subview(0, header->length);
    if (checksum == Checksum::unknown && header->checksum != 0) {
        wire::InternetChecksum sum;
        sum.add_pseudo_header(from, to, wire::kProtocolUdp, datagram.size());
        sum.add(datagram);
        if (sum.value() != 0) {
            ++counters_.dropped;
            return;
        }
    }
    for (UdpSocket& socket : udp_) {
        if (socket.port_ != header->destination_port) continue;
        if (socket.interface_ != nullptr && socket.interface_ != &interface) continue;
        // Only a socket bound to the unconfigured interface may hear what is not addressed to us.
        if (socket.interface_ == nullptr && !interface.configured()) continue;
        socket.sink_.on_datagram({from, header->source_port}, to,
                                 datagram.subview(UdpHeader::kSize), now_);
        return;
    }
}

}  // namespace kedge::net
