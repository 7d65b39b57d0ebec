// A network card whose wire is a script of DHCP servers: each DHCP message the card sends may be
// answered by several servers, each after a time of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fakes/clock.h"
#include "fakes/net.h"
#include "fakes/transport.h"
#include "net/wire/dhcp.h"

namespace kedge::fakes {

class PxeNetDevice final : public net::NetDevice {
  public:
    struct Question {
        std::string bytes;
        net::Ipv4Address to;
        u16 port = 0;
        Instant when;
        net::wire::DhcpMessage message() const {
            return *net::wire::DhcpMessage::parse(as_bytes(bytes));
        }
    };
    struct Answer {
        Duration after;
        net::Endpoint from;
        net::wire::DhcpType type = net::wire::DhcpType::offer;
        net::Ipv4Address yiaddr;
        net::Ipv4Address siaddr;
        std::string file;
        std::vector<std::pair<u8, std::string>> options;
    };
    using Servers = std::function<std::vector<Answer>(const Question&)>;

    explicit PxeNetDevice(Clock& clock) : clock_(clock) {}

    StrView driver() const override { return "fake"; }
    StrView location() const override { return "PCI 0000:00:03.0"; }
    net::MacAddress mac() const override { return {{0x52, 0x54, 0, 0, 0, 0x20}}; }
    u16 mtu() const override { return 1500; }
    bool link_up() const override { return true; }
    Result<void> open() override { return {}; }
    void close() override {}
    void quiesce() override {}
    Result<void> resume() override { return {}; }

    void poll(net::FrameSink& sink) override {
        const Instant now = clock_.peek();
        for (size_t i = 0; i < incoming_.size();) {
            if (incoming_[i].first > now) {
                ++i;
                continue;
            }
            const Buffer frame = std::move(incoming_[i].second);
            incoming_.erase(incoming_.begin() + static_cast<long>(i));
            sink.on_frame({Bytes(frame), {}, net::Checksum::verified, 0});
        }
    }

    Result<void> transmit(Bytes frame) override {
        const u16 type = load_be<u16>(frame.subspan(12));
        if (type == 0x0806) answer_arp(frame);
        constexpr size_t kHeaders = 14 + 20 + 8;
        if (type != 0x0800 || frame.size() < kHeaders + 240 || frame[23] != 17) return {};
        Question question{as_text(frame.subspan(kHeaders)),
                          {load_be<u32>(frame.subspan(30))},
                          load_be<u16>(frame.subspan(36)),
                          clock_.peek()};
        if (question.port != 67 && question.port != 4011) return {};
        questions.push_back(question);
        if (!servers) return {};
        for (const Answer& answer : servers(question)) send(question, answer);
        return {};
    }

    Servers servers;
    std::vector<Question> questions;

  private:
    void send(const Question& question, const Answer& answer) {
        using namespace net::wire;
        Buffer packet(1400);
        DhcpHeader header{.op = DhcpMessage::kReply,
                          .xid = question.message().xid(),
                          .yiaddr = answer.yiaddr,
                          .siaddr = answer.siaddr,
                          .chaddr = mac()};
        DhcpWriter out(packet, header);
        out.option_u8(kDhcpMessageType, static_cast<u8>(answer.type));
        out.option_address(kDhcpServerId, answer.from.address);
        out.option_address(kDhcpSubnetMask, net::Ipv4Address::of(255, 255, 255, 0));
        if (!answer.file.empty()) out.option(kDhcpBootFile, as_bytes(answer.file));
        for (const auto& [code, value] : answer.options) out.option(code, as_bytes(value));
        packet.resize(out.finish(300).value().size());
        const net::Ipv4Address everybody = net::Ipv4Address::broadcast();
        incoming_.push_back({clock_.peek() + answer.after,
                             ethernet(mac(), {{0x52, 0x54, 0, 0, 0, 0xfe}}, 0x0800,
                                      ipv4(answer.from.address, everybody, 17,
                                           udp(answer.from, {everybody, 68}, packet)))});
    }

    void answer_arp(Bytes frame) {
        Buffer reply(frame.begin(), frame.end());
        const net::MacAddress server{{0x52, 0x54, 0, 0, 0, 0xfe}};
        copy_bytes(MutableBytes(reply), mac().bytes);
        copy_bytes(MutableBytes(reply).subspan(6), server.bytes);
        store_be<u16>(MutableBytes(reply).subspan(20), 2);
        copy_bytes(MutableBytes(reply).subspan(22), server.bytes);
        copy_bytes(MutableBytes(reply).subspan(28), frame.subspan(38, 4));
        copy_bytes(MutableBytes(reply).subspan(32), frame.subspan(22, 10));
        incoming_.push_back({clock_.peek(), reply});
    }

    Clock& clock_;
    std::vector<std::pair<Instant, Buffer>> incoming_;
};

}  // namespace kedge::fakes
