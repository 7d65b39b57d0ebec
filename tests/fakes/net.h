// A NetDevice that a test plays the wire for, a fixed entropy source, and helpers that build and
// read frames.
#pragma once

#include <deque>
#include <vector>

#include "net/device.h"
#include "net/wire/checksum.h"
#include "net/wire/ethernet.h"
#include "net/wire/ipv4.h"
#include "net/wire/tcp.h"
#include "platform/entropy.h"

namespace kedge::fakes {

using Buffer = std::vector<u8>;

class FakeEntropy final : public platform::Entropy {
  public:
    void fill(MutableBytes out) override {
        for (u8& byte : out) byte = next_++;
    }

  private:
    u8 next_ = 1;
};

class FakeNetDevice final : public net::NetDevice {
  public:
    StrView driver() const override { return "fake"; }
    StrView location() const override { return "test"; }
    net::MacAddress mac() const override { return {{0x52, 0x54, 0, 0, 0, 1}}; }
    u16 mtu() const override { return mtu_value; }
    bool link_up() const override { return link; }
    Result<void> open() override {
        opened = true;
        return open_result;
    }
    void poll(net::FrameSink& sink) override {
        while (!incoming.empty()) {
            const Incoming frame = std::move(incoming.front());
            incoming.pop_front();
            std::vector<Bytes> rest(frame.rest.begin(), frame.rest.end());
            sink.on_frame({frame.head, rest, frame.checksum, frame.segment_size});
        }
    }
    Result<void> transmit(Bytes frame) override {
        if (!transmit_result.ok()) return transmit_result;
        sent.emplace_back(frame.begin(), frame.end());
        return {};
    }
    void close() override { opened = false; }
    void quiesce() override {}
    Result<void> resume() override { return {}; }

    struct Incoming {
        Buffer head;
        std::vector<Buffer> rest;
        net::Checksum checksum = net::Checksum::unknown;
        u16 segment_size = 0;
    };
    std::deque<Incoming> incoming;
    std::deque<Buffer> sent;
    u16 mtu_value = 1500;
    bool link = true;
    bool opened = false;
    Result<void> open_result;
    Result<void> transmit_result;
};

inline Buffer ethernet(net::MacAddress to, net::MacAddress from, u16 type, const Buffer& payload) {
    Buffer frame(net::wire::EthernetHeader::kSize);
    Writer writer(frame);
    net::wire::EthernetHeader{to, from, type}.emit(writer);
    frame.insert(frame.end(), payload.begin(), payload.end());
    return frame;
}

inline Buffer ipv4(net::Ipv4Address from, net::Ipv4Address to, u8 protocol, const Buffer& payload) {
    Buffer packet(net::wire::Ipv4Header::kSize);
    net::wire::Ipv4Header header;
    header.total_length = static_cast<u16>(packet.size() + payload.size());
    header.protocol = protocol;
    header.source = from;
    header.destination = to;
    Writer writer(packet);
    header.emit(writer);
    packet.insert(packet.end(), payload.begin(), payload.end());
    return packet;
}

inline Buffer udp(net::Endpoint from, net::Endpoint to, const Buffer& payload) {
    Buffer segment(net::wire::UdpHeader::kSize);
    Writer writer(segment);
    net::wire::UdpHeader{from.port, to.port, static_cast<u16>(8 + payload.size()), 0}.emit(writer);
    segment.insert(segment.end(), payload.begin(), payload.end());
    return segment;
}

/// A TCP segment with a correct checksum.
inline Buffer tcp(net::Endpoint from, net::Endpoint to, net::wire::TcpHeader header,
                  const Buffer& payload) {
    header.source_port = from.port;
    header.destination_port = to.port;
    Buffer segment(header.emitted_size());
    Writer writer(segment);
    header.emit(writer);
    segment.insert(segment.end(), payload.begin(), payload.end());
    net::wire::InternetChecksum sum;
    sum.add_pseudo_header(from.address, to.address, net::wire::kProtocolTcp, segment.size());
    sum.add(Bytes(segment));
    store_be<u16>(MutableBytes(segment).subspan(16), sum.value());
    return segment;
}

}  // namespace kedge::fakes
