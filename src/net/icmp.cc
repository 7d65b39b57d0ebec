// The ICMP half of Stack and Ping: echoes, and errors handed to whom they concern (RFC 1122 section
// 3.2.2, RFC 5461). An error is a hint from anywhere on the Internet: it must quote something that
// we did send, and each transport checks the quotation further (RFC 5927).
#include "net/wire/icmp.h"
#include "net/ping.h"
#include "net/wire/checksum.h"
#include "net/wire/ipv4.h"
#include "src/net/datagram_buffer.h"
#include "src/net/tcp_stream.h"

namespace kedge::net {

using wire::IcmpHeader;
using wire::Ipv4Header;

namespace {

constexpr size_t kQuotedPayload = 8;  // RFC 792: what every error repeats of the packet

void set_checksum(MutableBytes message) {
    const MutableBytes field = message.subspan(IcmpHeader::kChecksumOffset, 2);
    store_be<u16>(field, 0);
    store_be<u16>(field, wire::internet_checksum(message));
}

/// What an error means to whoever sent the packet; nothing if it does not end anything.
std::optional<Undelivered> meaning(const IcmpHeader& header) {
    using Kind = Undelivered::Kind;
    if (header.type == wire::kIcmpTimeExceeded) {
        return Undelivered{Kind::transient, Error::host_unreachable};
    }
    if (header.type != wire::kIcmpUnreachable) return std::nullopt;
    switch (header.code) {
        case wire::kIcmpProtocolUnreachable:
        case wire::kIcmpPortUnreachable:
            return Undelivered{Kind::final, Error::connection_refused};
        case wire::kIcmpFragmentationNeeded:
            return Undelivered{Kind::too_big, Error::too_large, header.sequence};
        case wire::kIcmpNetProhibited:
        case wire::kIcmpHostProhibited:
        case wire::kIcmpAdminProhibited:
            return Undelivered{Kind::final, Error::access_denied};
        case wire::kIcmpNetUnreachable:
            return Undelivered{Kind::transient, Error::network_unreachable};
        default:
            return Undelivered{Kind::transient, Error::host_unreachable};
    }
}

}  // namespace

Ping::Ping(Stack& stack, PingSink& sink)
    : stack_(stack), sink_(sink), identifier_(stack.entropy().next_u16()) {
    stack_.pings_.push_back(*this);
}

Result<void> Ping::send(Ipv4Address to, u16 sequence, size_t payload_size) {
    Interface* interface = stack_.route(to);
    if (interface == nullptr) return Error::network_unreachable;
    if (payload_size > kMaxPayload) return Error::too_large;
    const Unique<DatagramBuffer> buffer = DatagramBuffer::create();
    if (!buffer) return Error::no_memory;
    to_ = to;
    const MutableBytes message =
        MutableBytes(buffer->bytes).first(IcmpHeader::kSize + payload_size);
    for (size_t i = IcmpHeader::kSize; i < message.size(); ++i) message[i] = static_cast<u8>(i);
    Writer writer(message);
    IcmpHeader{wire::kIcmpEchoRequest, 0, identifier_, sequence}.emit(writer);
    set_checksum(message);
    return stack_.send_datagram(*interface, interface->config().address, to, wire::kProtocolIcmp,
                                message);
}

void Stack::on_icmp(Interface& interface, Ipv4Address from, Ipv4Address to, const Parts& packet) {
    const std::optional<IcmpHeader> header = IcmpHeader::parse(packet.front());
    wire::InternetChecksum sum;
    sum.add(packet);
    if (!header || sum.value() != 0) {
        ++counters_.dropped;
        return;
    }
    if (header->type == wire::kIcmpEchoRequest) {
        answer_echo(interface, from, to, packet);
    } else if (header->type == wire::kIcmpEchoReply) {
        const size_t size = packet.size() - IcmpHeader::kSize;
        for (Ping& ping : pings_) {
            const bool asked =
                ping.to_ == from || ping.to_.is_multicast() || interface.is_broadcast(ping.to_);
            if (ping.identifier_ != header->identifier || !asked) continue;
            ping.sink_.on_reply(from, header->sequence, size, now_);
        }
    } else if (const std::optional<Undelivered> what = meaning(*header)) {
        on_undelivered(from, packet.front().subspan(IcmpHeader::kSize), *what);
    }
}

void Stack::answer_echo(Interface& interface, Ipv4Address from, Ipv4Address to,
                        const Parts& request) {
    // Only a request that came in fragments is larger than the area for one packet.
    Unique<DatagramBuffer> large;
    MutableBytes area = transmit_area();
    if (request.size() > area.size()) {
        large = DatagramBuffer::create();
        if (!large) return;
        area = large->bytes;
    }
    const MutableBytes reply = area.first(request.copy_to(area));
    reply[0] = wire::kIcmpEchoReply;
    reply[1] = 0;
    set_checksum(reply);
    // An unanswered ping is the asker's to repeat.
    IGNORE_RESULT(large ? send_datagram(interface, to, from, wire::kProtocolIcmp, reply)
                        : send_ip(interface, to, from, wire::kProtocolIcmp, reply.size()));
}

void Stack::on_undelivered(Ipv4Address from, Bytes quoted, const Undelivered& what) {
    const std::optional<Ipv4Header> header = Ipv4Header::parse_quoted(quoted);
    if (!header || header->fragment_offset != 0) return;
    const Bytes payload = quoted.subspan(header->header_size);
    if (payload.size() < kQuotedPayload) return;
    const Endpoint local{header->source, load_be<u16>(payload)};
    const Endpoint remote{header->destination, load_be<u16>(payload.subspan(2))};
    switch (header->protocol) {
        case wire::kProtocolTcp:
            for (TcpStream& stream : tcp_) {
                if (stream.local() != local || stream.remote() != remote) continue;
                stream.on_undelivered(load_be<u32>(payload.subspan(4)), what);
            }
            break;
        case wire::kProtocolUdp:
            // A datagram may be fragmented on its way: too big is no error of its own.
            if (what.kind == Undelivered::Kind::too_big) break;
            for (UdpSocket& socket : udp_) {
                if (socket.port_ == local.port) socket.sink_.on_error(remote, what.why);
            }
            break;
        case wire::kProtocolIcmp:
            for (Ping& ping : pings_) {
                const std::optional<IcmpHeader> echo = IcmpHeader::parse(payload);
                if (!echo || echo->type != wire::kIcmpEchoRequest) continue;
                if (ping.identifier_ != echo->identifier || ping.to_ != remote.address) continue;
                ping.sink_.on_unreachable(from, echo->sequence, what.why);
            }
            break;
        default:
            break;
    }
}

}  // namespace kedge::net
