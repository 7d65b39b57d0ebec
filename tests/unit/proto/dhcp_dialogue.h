// A DHCP exchange played by a test: what the client sends, what a server answers, and when.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "fakes/transport.h"
#include "proto/dhcp.h"

namespace kedge::proto::test {

using namespace net::wire;
using net::Ipv4Address;
using State = DhcpExchange::State;

inline const net::MacAddress kMac{{0x52, 0x54, 0, 0x12, 0x34, 0x56}};
inline const Ipv4Address kServer = Ipv4Address::of(10, 0, 0, 1);
inline const Ipv4Address kOffered = Ipv4Address::of(10, 0, 0, 50);

inline Instant at_ms(i64 ms) { return Instant::from_us(ms * 1000); }

inline std::string text_of(const Failure& failure) {
    Text<512> text;
    format_to(text, failure);
    return {text.view().data(), text.size()};
}

/// A server's message; a test changes what it is about.
struct Reply {
    DhcpType type = DhcpType::offer;
    u32 xid = 0;
    u8 op = DhcpMessage::kReply;
    Ipv4Address yiaddr = kOffered;
    Ipv4Address siaddr = kServer;
    net::MacAddress mac = kMac;
    Ipv4Address server = kServer;
    Ipv4Address mask = Ipv4Address::of(255, 255, 255, 0);
    std::string file;
    std::vector<std::pair<u8, std::string>> options;

    std::string build() const {
        std::array<u8, 1400> buffer{};
        DhcpHeader header;
        header.op = op;
        header.xid = xid;
        header.yiaddr = yiaddr;
        header.siaddr = siaddr;
        header.chaddr = mac;
        DhcpWriter out(buffer, header);
        if (type != DhcpType::none) out.option_u8(kDhcpMessageType, static_cast<u8>(type));
        if (!server.is_any()) out.option_address(kDhcpServerId, server);
        if (!mask.is_any()) out.option_address(kDhcpSubnetMask, mask);
        if (!file.empty()) out.option(kDhcpBootFile, fakes::as_bytes(file));
        for (const auto& [code, value] : options) out.option(code, fakes::as_bytes(value));
        return fakes::as_text(*out.finish(300));
    }
};

struct DhcpDialogue {
    fakes::DatagramPort port;
    DhcpExchange client;
    std::string last;  // the client's last message

    explicit DhcpDialogue(DhcpIdentity identity = {}) : client(port, identity) {}

    void start(u16 mtu = 1500, bool has_address = false) {
        client.start({"net0", kMac, mtu, has_address}, 0x12345678, at_ms(0));
    }
    void poll(i64 ms) { client.poll(at_ms(ms)); }

    /// Exactly one message of that type was sent, to the broadcast address.
    DhcpMessage expect(DhcpType type) {
        REQUIRE(port.sent.size() == 1);
        const auto datagram = port.take();
        REQUIRE(datagram.to == net::Endpoint{Ipv4Address::broadcast(), 67});
        last = datagram.payload;
        const DhcpMessage message = *DhcpMessage::parse(fakes::as_bytes(last));
        REQUIRE(message.type() == type);
        return message;
    }
    void expect_nothing() { REQUIRE(port.sent.empty()); }
    u32 xid() const { return DhcpMessage::parse(fakes::as_bytes(last))->xid(); }

    void receive_raw(const std::string& bytes, i64 ms, u16 from_port = 67) {
        client.on_datagram({kServer, from_port}, Parts(fakes::as_bytes(bytes)), at_ms(ms));
    }
    void receive(Reply reply, i64 ms) {
        reply.xid = xid();
        receive_raw(reply.build(), ms);
    }
    /// DISCOVER, an offer that is taken at once, REQUEST.
    void reach_requesting() {
        start();
        expect(DhcpType::discover);
        receive({.file = "k"}, 5);
        poll(5);
        expect(DhcpType::request);
    }
    std::string give_up(i64 ms, bool link_up = true) {
        client.give_up(link_up, at_ms(ms));
        REQUIRE(client.state() == State::failed);
        return text_of(client.failure());
    }
};

inline const Reply kAck{.type = DhcpType::ack};

}  // namespace kedge::proto::test
