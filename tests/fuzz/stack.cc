// The whole stack behind a card, with an open TCP connection, a UDP socket and a ping. The input is
// a list of steps: frames of all kinds as a hostile neighbour would send them, with right checksums
// where a wrong one would only be dropped, the user's calls, and the time that passes.
#include <cstdio>
#include <cstdlib>

#include "fakes/net.h"
#include "net/ping.h"
#include "net/stack.h"
#include "net/wire/icmp.h"

using namespace kedge;
using namespace kedge::net;
using fakes::Buffer;

namespace {

constexpr Ipv4Address kLocal = Ipv4Address::of(10, 0, 0, 1);
constexpr Endpoint kPeer{Ipv4Address::of(10, 0, 0, 2), 80};
constexpr MacAddress kPeerMac{{0x52, 0x54, 0, 0, 0, 2}};
constexpr u16 kUdpPort = 1000;

[[noreturn]] void broken(const char* what) {
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

struct Streams final : StreamSink {
    void on_connected() override {
        if (connected || closed) broken("connected twice or late");
        connected = true;
    }
    void on_data(const Parts& data) override {
        if (!connected || closed || data.empty()) broken("data out of turn");
        received += data.size();
    }
    void on_closed(Error) override {
        if (closed) broken("closed twice");
        closed = true;
    }
    bool connected = false;
    bool closed = false;
    u64 received = 0;
};

struct Datagrams final : DatagramSink {
    void on_datagram(Endpoint, Ipv4Address, const Parts& payload, Instant) override {
        u32 sum = 0;
        payload.for_each([&](Bytes piece) {
            for (u8 byte : piece) sum += byte;
        });
        total += sum;
    }
    u32 total = 0;
};

struct Pings final : PingSink {
    void on_reply(Ipv4Address, u16, size_t, Instant) override {}
    void on_unreachable(Ipv4Address, u16, Error) override {}
};

/// Takes the input apart; zeros after its end.
class Input {
  public:
    explicit Input(Bytes bytes) : rest_(bytes) {}
    bool empty() const { return rest_.empty(); }
    u8 byte() {
        if (rest_.empty()) return 0;
        const u8 value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }
    u16 word() {
        const u8 high = byte();
        return static_cast<u16>(high << 8 | byte());
    }
    Buffer bytes(size_t count) {
        count = min(count, rest_.size());
        const Buffer taken(rest_.begin(), rest_.begin() + static_cast<long>(count));
        rest_ = rest_.subspan(count);
        return taken;
    }

  private:
    Bytes rest_;
};

class World {
  public:
    explicit World(Input input) : input_(input) {
        Ipv4Config config;
        config.address = kLocal;
        config.netmask = Ipv4Address::of(255, 255, 255, 0);
        config.gateway = Ipv4Address::of(10, 0, 0, 254);
        stack_.add(interface_);
        interface_.configure(config);
        if (!socket_.bind(kUdpPort).ok()) broken("bind");
        arp(wire::ArpPacket::kRequest, kPeerMac, kPeer.address, kLocal);
        open();
    }

    void run() {
        for (int steps = 0; !input_.empty() && steps < 4000; ++steps) step();
        // Left alone, everything comes to an end within bounded time.
        stream_.reset();
        for (int i = 0; i < 100; ++i) {
            now_ = now_ + Duration::seconds(1);
            poll();
        }
        if (stack_.open_streams() != 0 || stack_.poll_at() != Instant::never())
            broken("timers left");
    }

  private:
    void step() {
        switch (input_.byte() % 12) {
            case 0:
                raw_frame();
                break;
            case 1:
                ip_packet();
                break;
            case 2:
            case 3:
                segment();
                break;
            case 4:
                fragment();
                break;
            case 5:
                icmp_error();
                break;
            case 6:
                echo();
                break;
            case 7:
                arp(input_.byte(), {{0x52, 0x54, 0, 0, 0, input_.byte()}},
                    Ipv4Address::of(10, 0, 0, input_.byte()),
                    Ipv4Address::of(10, 0, 0, input_.byte()));
                break;
            case 8:
                send();
                break;
            case 9:
                call();
                break;
            default:
                now_ = now_ + Duration::us(i64{input_.word()} * 100);
                poll();
                break;
        }
    }

    void poll() {
        stack_.poll(now_);
        for (; !device_.sent.empty(); device_.sent.pop_front()) look_at(device_.sent.front());
    }

    /// What the stack sends must be well formed, and teaches the peer its numbers.
    void look_at(const Buffer& frame) {
        const auto ethernet = wire::EthernetHeader::parse(frame);
        if (!ethernet || frame.size() > 1514) broken("frame");
        if (ethernet->type != wire::kEtherTypeIpv4) return;
        last_packet_.assign(frame.begin() + wire::EthernetHeader::kSize, frame.end());
        const auto ip = wire::Ipv4Header::parse(last_packet_, last_packet_.size());
        if (!ip || ip->total_length != last_packet_.size()) broken("packet");
        if (ip->protocol != wire::kProtocolTcp) return;
        const Bytes bytes = Bytes(last_packet_).subspan(ip->header_size);
        const auto tcp = wire::TcpHeader::parse(bytes);
        wire::InternetChecksum sum;
        sum.add_pseudo_header(ip->source, ip->destination, wire::kProtocolTcp, bytes.size());
        sum.add(bytes);
        if (!tcp || sum.value() != 0) broken("segment");
        local_ = {kLocal, tcp->source_port};
        if (tcp->rst) return;
        our_next_ = tcp->seq + static_cast<u32>(bytes.size() - tcp->header_size) +
                    (tcp->syn || tcp->fin ? 1 : 0);
        if (tcp->has_ack) acked_ = tcp->ack;
        clock_ = tcp->timestamp;
    }

    void receive(u16 type, const Buffer& payload) {
        device_.incoming.push_back(
            {fakes::ethernet(device_.mac(), kPeerMac, type, payload), {}, Checksum::unknown, 0});
        if (device_.incoming.size() > 16) poll();
    }
    void receive_ip(u8 protocol, const Buffer& payload) {
        receive(wire::kEtherTypeIpv4, fakes::ipv4(kPeer.address, kLocal, protocol, payload));
    }

    void open() {
        sink_ = {};
        auto stream = stack_.connect(kPeer, sink_, now_);
        if (!stream.ok()) return;
        stream_ = std::move(stream).value();
        poll();
        acked_ = kPeerIss + 1;
        wire::TcpHeader header;
        header.seq = kPeerIss;
        header.syn = header.has_ack = true;
        header.ack = our_next_;
        header.window = 0xffff;
        const u8 options = input_.byte();
        if (options & 1) header.window_scale = options >> 4;
        header.sack_permitted = (options & 2) != 0;
        header.has_timestamps = timestamps_ = (options & 4) != 0;
        header.timestamp_echo = clock_;
        if (options & 8) header.mss = input_.word();
        receive_ip(wire::kProtocolTcp, fakes::tcp(kPeer, local_, header, {}));
        poll();
    }

    void segment() {
        wire::TcpHeader header;
        const u8 flags = input_.byte();
        header.fin = (flags & 1) != 0;
        header.syn = (flags & 0xc2) == 0xc2;
        header.rst = (flags & 0xc4) == 0xc4;
        header.has_ack = (flags & 8) == 0;
        header.seq =
            acked_ + static_cast<u32>(static_cast<i16>(input_.word())) * (flags & 0x10 ? 64 : 1);
        header.ack = our_next_ + static_cast<u32>(static_cast<i8>(input_.byte()));
        header.window = input_.word();
        header.has_timestamps = timestamps_ != ((flags & 0xe0) == 0xe0);
        header.timestamp = static_cast<u32>(now_.ms()) + (flags & 0x20 ? input_.byte() : 0);
        header.timestamp_echo = clock_;
        const u16 size = input_.word() % (flags & 0x10 ? 60'000 : 1460);
        receive_ip(wire::kProtocolTcp, fakes::tcp(kPeer, local_, header, Buffer(size)));
    }

    void fragment() {
        wire::Ipv4Header header;
        const u8 what = input_.byte();
        header.identification = what & 7;
        header.protocol = what & 0x10 ? u8{wire::kProtocolIcmp} : u8{wire::kProtocolUdp};
        header.more_fragments = (what & 8) != 0;
        header.fragment_offset = static_cast<u16>(input_.word() & 0xfff8);
        header.source = kPeer.address;
        header.destination = kLocal;
        Buffer payload = fakes::udp({kPeer.address, 1}, {kLocal, kUdpPort}, {});
        payload.resize(8 + input_.word() % 1473);
        if (input_.byte() & 1) store_be<u16>(MutableBytes(payload).subspan(4), input_.word());
        Buffer packet(wire::Ipv4Header::kSize);
        header.total_length = static_cast<u16>(packet.size() + payload.size());
        Writer writer(packet);
        header.emit(writer);
        packet.insert(packet.end(), payload.begin(), payload.end());
        receive(wire::kEtherTypeIpv4, packet);
    }

    void icmp(Buffer message) {
        store_be<u16>(MutableBytes(message).subspan(2), 0);
        store_be<u16>(MutableBytes(message).subspan(2), wire::internet_checksum(message));
        receive_ip(wire::kProtocolIcmp, message);
    }
    void icmp_error() {
        const u8 type = input_.byte() & 1 ? 3 : input_.byte();
        Buffer message{type, static_cast<u8>(input_.byte() % 16), 0, 0, 0, 0};
        message.push_back(input_.byte());
        message.push_back(input_.byte());
        Buffer quoted = last_packet_;
        quoted.resize(min(quoted.size(), size_t{input_.byte()}));
        message.insert(message.end(), quoted.begin(), quoted.end());
        icmp(message);
    }
    void echo() {
        Buffer message{static_cast<u8>(input_.byte() & 8), 0, 0, 0};
        const Buffer rest = input_.bytes(input_.byte());
        message.insert(message.end(), rest.begin(), rest.end());
        icmp(message);
    }
    void raw_frame() { receive(input_.word(), input_.bytes(input_.byte())); }
    void ip_packet() {
        const u8 protocol = input_.byte();
        receive_ip(protocol, input_.bytes(input_.byte()));
    }
    void arp(u16 operation, MacAddress mac, Ipv4Address sender, Ipv4Address target) {
        Buffer packet(wire::ArpPacket::kSize);
        Writer writer(packet);
        wire::ArpPacket{operation, mac, sender, device_.mac(), target}.emit(writer);
        receive(wire::kEtherTypeArp, packet);
    }

    void send() {
        const Buffer data(input_.word() % 20'000);
        if (stream_) IGNORE_RESULT(stream_->send(data));  // refusing is an answer
        IGNORE_RESULT(socket_.send_to({Ipv4Address::of(10, 0, 0, input_.byte()), 69},
                                      Bytes(data).first(data.size() % 1473)));
    }
    void call() {
        switch (input_.byte() % 6) {
            case 0:
                if (stream_) stream_->close();
                break;
            case 1:
                if (stream_) stream_->abort();
                break;
            case 2:
                stream_.reset();
                open();
                break;
            case 3:
                IGNORE_RESULT(ping_.send(kPeer.address, 1, input_.word()));
                break;
            case 4:
                device_.transmit_result = Error::busy;
                break;
            default:
                device_.transmit_result = {};
                break;
        }
    }

    static constexpr u32 kPeerIss = 0xffff0000;

    Input input_;
    Instant now_ = Instant::from_us(1'000'000);
    fakes::FakeEntropy entropy_;
    fakes::FakeNetDevice device_;
    Interface interface_{"net0", device_};
    Stack stack_{entropy_};
    Datagrams datagrams_;
    UdpSocket socket_{stack_, datagrams_};
    Pings pings_;
    Ping ping_{stack_, pings_};
    Streams sink_;
    Unique<Stream> stream_;
    Endpoint local_{kLocal, 0};
    u32 our_next_ = 0;
    u32 acked_ = kPeerIss + 1;
    u32 clock_ = 0;
    bool timestamps_ = false;
    Buffer last_packet_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    World(Input({data, size})).run();
    return 0;
}
