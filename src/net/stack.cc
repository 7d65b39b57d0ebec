#include "net/stack.h"

#include "net/wire/checksum.h"
#include "net/wire/ethernet.h"
#include "net/wire/ipv4.h"
#include "src/net/fragments.h"
#include "src/net/siphash.h"
#include "src/net/tcp_stream.h"

namespace kedge::net {

using wire::EthernetHeader;
using wire::Ipv4Header;

namespace {
constexpr size_t kHeaders = EthernetHeader::kSize + Ipv4Header::kSize;
constexpr u16 kFirstEphemeralPort = 49152;
}  // namespace

Stack::Stack(platform::Entropy& entropy) : entropy_(entropy), identification_(entropy.next_u16()) {
    for (u64& half : secret_) half = u64{entropy.next_u32()} << 32 | entropy.next_u32();
}

Stack::~Stack() {
    while (Interface* interface = interfaces_.front()) remove(*interface);
}

void Stack::add(Interface& interface) {
    if (interface.stack_ != nullptr) return;
    interface.stack_ = this;
    interfaces_.push_front(interface);
    ++routes_version_;
}

void Stack::remove(Interface& interface) {
    if (interface.stack_ != this) return;
    interface.unlink();
    interface.stack_ = nullptr;
    ++routes_version_;
}

void Stack::poll(Instant now) {
    ASSERT(!polling_);
    polling_ = true;
    now_ = now;
    for (Interface& interface : interfaces_) {
        interface.device().poll(interface);
        interface.poll_arp(now);
    }
    poll_fragments();
    // A sink may have ended its stream while we ran; none is unlinked before its owner destroys it.
    for (TcpStream& stream : tcp_) stream.poll(now);
    polling_ = false;
}

Instant Stack::poll_at() const {
    Instant earliest = fragments_ ? fragments_->poll_at() : Instant::never();
    for (const Interface& interface : interfaces_) {
        earliest = min(earliest, interface.arp_poll_at());
    }
    for (const TcpStream& stream : tcp_) earliest = min(earliest, stream.poll_at());
    return earliest;
}

Result<Unique<Stream>> Stack::connect(Endpoint remote, StreamSink& sink, Instant now) {
    now_ = now;
    Interface* interface = route(remote.address);
    if (interface == nullptr) return Error::network_unreachable;
    Unique<TcpStream> stream = TRY(make_unique<TcpStream>(*this, sink));
    const Endpoint local{interface->config().address, ephemeral_port()};
    TRY(stream->open(local, remote, interface->mtu(), now));
    tcp_.push_back(*stream);
    return Unique<Stream>(std::move(stream));
}

void Stack::close_streams() {
    for (TcpStream& stream : tcp_) stream.close();
}

size_t Stack::open_streams() const {
    size_t count = 0;
    for (const TcpStream& stream : tcp_) count += stream.open() ? 1 : 0;
    return count;
}

Interface* Stack::route(Ipv4Address destination) const {
    Interface* best = nullptr;
    int best_length = -1;
    for (Interface& interface : interfaces_) {
        const int length = interface.match(destination);
        if (length > best_length) {
            best = &interface;
            best_length = length;
        }
    }
    return best;
}

MutableBytes Stack::transmit_area() {
    return MutableBytes(transmit_).subspan(kHeaders, Interface::kMaxMtu - Ipv4Header::kSize);
}

Result<void> Stack::send_ip(Interface& interface, Ipv4Address source, Ipv4Address destination,
                            u8 protocol, size_t size) {
    Ipv4Header header;
    header.identification = identification_++;
    header.dont_fragment = protocol == wire::kProtocolTcp;
    header.protocol = protocol;
    header.source = source;
    header.destination = destination;
    return send_fragment(interface, header, size);
}

Result<void> Stack::send_fragment(Interface& interface, Ipv4Header& header, size_t size) {
    const size_t total = Ipv4Header::kSize + size;
    if (total > interface.mtu()) return Error::too_large;
    const MutableBytes frame = MutableBytes(transmit_).first(EthernetHeader::kSize + total);
    Writer writer(frame.subspan(EthernetHeader::kSize));
    header.total_length = static_cast<u16>(total);
    header.emit(writer);
    return interface.send_packet(header.destination, frame, now_);
}

Result<void> Stack::send_datagram(Interface& interface, Ipv4Address source, Ipv4Address destination,
                                  u8 protocol, Bytes datagram) {
    Ipv4Header header;
    header.identification = identification_++;
    header.protocol = protocol;
    header.source = source;
    header.destination = destination;
    const size_t room = align_down(interface.mtu() - Ipv4Header::kSize, 8);
    size_t done = 0;
    do {
        const size_t size = copy_bytes(transmit_area().first(room), datagram.subspan(done));
        header.fragment_offset = static_cast<u16>(done);
        done += size;
        header.more_fragments = done < datagram.size();
        TRY(send_fragment(interface, header, size));
    } while (header.more_fragments);
    return {};
}

u64 Stack::connection_hash(Endpoint local, Endpoint remote) const {
    const std::array<u64, 2> input{u64{local.address.value} << 32 | remote.address.value,
                                   u64{local.port} << 32 | remote.port};
    return siphash({secret_[0], secret_[1]}, input);
}

u16 Stack::ephemeral_port() {
    // Few ports are ever in use here, so a handful of tries is enough; the last one stands.
    u16 port = 0;
    for (int tries = 0; tries < 16; ++tries) {
        port = static_cast<u16>(kFirstEphemeralPort +
                                entropy_.next_u16() % (65536 - kFirstEphemeralPort));
        bool used = false;
        for (const UdpSocket& socket : udp_) used = used || socket.local_port() == port;
        for (const TcpStream& stream : tcp_) used = used || stream.local().port == port;
        if (!used) break;
    }
    return port;
}

void Stack::on_unreachable(Interface& interface, Ipv4Address next_hop) {
    for (TcpStream& stream : tcp_) {
        const Ipv4Address remote = stream.remote().address;
        if (route(remote) == &interface && interface.next_hop(remote) == next_hop) {
            stream.on_unreachable();
        }
    }
}

void Stack::on_ipv4(Interface& interface, const RxFrame& frame, const Parts& packet) {
    const std::optional<Ipv4Header> header = Ipv4Header::parse(packet.front(), packet.size());
    if (!header) {
        ++counters_.dropped;
        return;
    }
    const Ipv4Config& config = interface.config();
    const Ipv4Address to = header->destination;
    // Before there is an address, a DHCP server may send to the one it is about to give.
    const bool ours = !interface.configured() || to == config.address;
    const bool broadcast = interface.is_broadcast(to);
    const Ipv4Address from = header->source;
    const bool forged = from.is_multicast() || interface.is_broadcast(from) || from.is_loopback() ||
                        (interface.configured() && from == config.address);
    if ((!ours && !broadcast) || forged) {
        ++counters_.dropped;
        return;
    }
    const Parts payload =
        packet.subview(header->header_size, header->total_length - header->header_size);
    if (header->is_fragment()) {
        on_fragment(interface, *header, payload);
    } else {
        on_transport(interface, *header, frame.checksum, payload);
    }
}

void Stack::on_fragment(Interface& interface, const Ipv4Header& header, const Parts& payload) {
    if (!fragments_) fragments_.reset(new (std::nothrow) Fragments);
    if (!fragments_) return;
    const Bytes whole = fragments_->add(header, payload, now_);
    // What the card knows of the pieces says nothing about the sum over the whole.
    if (!whole.empty()) on_transport(interface, header, Checksum::unknown, Parts(whole));
    poll_fragments();
}

void Stack::poll_fragments() {
    if (!fragments_) return;
    fragments_->poll(now_);
    if (fragments_->poll_at() == Instant::never()) fragments_.reset();
}

void Stack::on_transport(Interface& interface, const Ipv4Header& header, Checksum checksum,
                         const Parts& payload) {
    const Ipv4Address from = header.source;
    const Ipv4Address to = header.destination;
    const bool broadcast = interface.is_broadcast(to);
    switch (header.protocol) {
        case wire::kProtocolTcp:
            if (!broadcast) on_tcp(from, to, checksum, payload);
            break;
        case wire::kProtocolUdp:
            on_udp(interface, from, to, checksum, payload);
            break;
        case wire::kProtocolIcmp:
            if (!broadcast && interface.configured()) on_icmp(interface, from, to, payload);
            break;
        default:
            break;
    }
}

void Stack::on_tcp(Ipv4Address from, Ipv4Address to, Checksum checksum, const Parts& packet) {
    const std::optional<wire::TcpHeader> header = wire::TcpHeader::parse(packet.front());
    if (!header) {
        ++counters_.dropped;
        return;
    }
    if (checksum == Checksum::unknown) {
        wire::InternetChecksum sum;
        sum.add_pseudo_header(from, to, wire::kProtocolTcp, packet.size());
        sum.add(packet);
        if (sum.value() != 0) {
            ++counters_.dropped;
            return;
        }
    }
    const Endpoint remote{from, header->source_port};
    const Endpoint local{to, header->destination_port};
    for (TcpStream& stream : tcp_) {
        if (stream.remote() == remote && stream.local() == local) {
            stream.on_segment(*header, packet.subview(header->header_size), now_);
            return;
        }
    }
    // No reset for unknown connections: a stage before or after us may own them.
}

}  // namespace kedge::net
