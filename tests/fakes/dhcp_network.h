// A network card on a wire with a DHCP server that answers at once, or does not.
#pragma once

#include <string>
#include <vector>

#include "fakes/clock.h"
#include "fakes/net.h"
#include "net/wire/checksum.h"
#include "net/wire/dhcp.h"

namespace kedge::fakes {

class DhcpNetDevice final : public net::NetDevice {
  public:
    DhcpNetDevice(Clock& clock, u8 number) : clock_(clock), number_(number) {}

    StrView driver() const override { return "fake"; }
    StrView location() const override { return "PCI 0000:00:03.0"; }
    net::MacAddress mac() const override { return {{0x52, 0x54, 0, 0, 0, number_}}; }
    u16 mtu() const override { return 1500; }
    bool link_up() const override { return opened && clock_.peek() >= link_at; }
    Result<void> open() override {
        ++opens;
        if (open_error != Error::none) return open_error;
        opened = true;
        return {};
    }
    void close() override { opened = false; }
    void quiesce() override {}
    Result<void> resume() override { return {}; }

    void poll(net::FrameSink& sink) override {
        while (!incoming_.empty()) {
            const Buffer frame = std::move(incoming_.front());
            incoming_.pop_front();
            sink.on_frame({Bytes(frame), {}, net::Checksum::verified, 0});
        }
    }

    Result<void> transmit(Bytes frame) override {
        ++transmitted;
        if (load_be<u16>(frame.subspan(12)) == 0x0806) return answer_arp(frame);
        if (frame.size() >= 42 && frame[23] == 1 && echoes > 0) return answer_echo(frame);
        constexpr size_t kHeaders = 14 + 20 + 8;
        if (frame.size() < kHeaders || load_be<u16>(frame.subspan(36)) != 67) return {};
        const auto message = net::wire::DhcpMessage::parse(frame.subspan(kHeaders));
        if (message.ok() && has_server) answer(*message);
        return {};
    }

    bool has_server = true;
    int echoes = 0;   // echo requests to the server that it will answer
    Instant link_at;  // before, the link is down
    Error open_error = Error::none;
    std::string file;  // option 67
    net::Ipv4Address next_server = net::Ipv4Address::of(10, 0, 2, 2);
    bool opened = false;
    int opens = 0;
    int transmitted = 0;

    net::Ipv4Address address() const { return net::Ipv4Address::of(10, 0, 2, number_); }

  private:
    /// The server is at 52:54:00:00:00:fe.
    Result<void> answer_arp(Bytes request) {
        if (load_be<u32>(request.subspan(38)) != server_.value) return {};
        Buffer reply(request.begin(), request.end());
        const net::MacAddress server{{0x52, 0x54, 0, 0, 0, 0xfe}};
        std::copy(request.begin() + 6, request.begin() + 12, reply.begin());  // to the asker
        std::copy(server.bytes.begin(), server.bytes.end(), reply.begin() + 6);
        reply[21] = 2;
        std::copy(request.begin() + 22, request.begin() + 32, reply.begin() + 32);  // target
        std::copy(server.bytes.begin(), server.bytes.end(), reply.begin() + 22);
        store_be<u32>(MutableBytes(reply).subspan(28), server_.value);
        incoming_.push_back(reply);
        return {};
    }

    Result<void> answer_echo(Bytes request) {
        const Bytes ip = request.subspan(14);
        if (load_be<u32>(ip.subspan(16)) != server_.value) return {};
        --echoes;
        Buffer message(ip.begin() + 20, ip.begin() + load_be<u16>(ip.subspan(2)));
        message[0] = 0;
        store_be<u16>(MutableBytes(message).subspan(2), 0);
        store_be<u16>(MutableBytes(message).subspan(2), net::wire::internet_checksum(message));
        incoming_.push_back(ethernet(mac(), {{0x52, 0x54, 0, 0, 0, 0xfe}}, 0x0800,
                                     ipv4(server_, {load_be<u32>(ip.subspan(12))}, 1, message)));
        return {};
    }

    void answer(const net::wire::DhcpMessage& request) {
        using namespace net::wire;
        const bool discover = request.type() == DhcpType::discover;
        Buffer packet(1024);
        DhcpHeader header{.op = DhcpMessage::kReply,
                          .xid = request.xid(),
                          .yiaddr = address(),
                          .siaddr = next_server,
                          .chaddr = mac()};
        DhcpWriter out(packet, header);
        const DhcpType type = discover ? DhcpType::offer : DhcpType::ack;
        out.option_u8(kDhcpMessageType, static_cast<u8>(type));
        out.option_address(kDhcpServerId, server_);
        out.option_address(kDhcpSubnetMask, net::Ipv4Address::of(255, 255, 255, 0));
        out.option_address(kDhcpRouters, server_);
        if (!file.empty()) out.option(kDhcpBootFile, StrView(file.data(), file.size()));
        const u8 no_proxy[] = {0xb0, 1, 1};
        out.option(kDhcpEtherboot, Bytes(no_proxy));
        packet.resize(out.finish(300).value().size());
        incoming_.push_back(
            ethernet(net::MacAddress::broadcast(), {{0x52, 0x54, 0, 0, 0, 0xfe}}, 0x0800,
                     ipv4(server_, net::Ipv4Address::broadcast(), 17,
                          udp({server_, 67}, {net::Ipv4Address::broadcast(), 68}, packet))));
    }

    Clock& clock_;
    u8 number_;
    net::Ipv4Address server_ = net::Ipv4Address::of(10, 0, 2, 2);
    std::deque<Buffer> incoming_;
};

}  // namespace kedge::fakes
