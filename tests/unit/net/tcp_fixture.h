// A TcpStream whose peer is the test.
#pragma once

#include "src/net/tcp_stream.h"
#include "unit/net/stack_fixture.h"

namespace kedge::tests {

using net::Endpoint;
using net::Stream;
using net::StreamSink;
using net::wire::TcpHeader;

struct Received final : StreamSink {
    void on_connected() override { connected = true; }
    void on_data(const Parts& parts) override {
        const size_t at = data.size();
        data.resize(at + parts.size());
        parts.copy_to(MutableBytes(data).subspan(at));
        ++calls;
    }
    void on_closed(Error why) override { closed.push_back(why); }

    bool connected = false;
    int calls = 0;
    Buffer data;
    std::vector<Error> closed;
};

inline Buffer pattern(size_t size, size_t from = 0) {
    Buffer data(size);
    for (size_t i = 0; i < size; ++i) data[i] = static_cast<u8>((from + i) * 7 + (from + i) / 251);
    return data;
}

class TcpFixture : public StackFixture {
  public:
    static constexpr u32 kPeerIss = 0xffffff00;  // wraps early in every longer test
    static constexpr u32 kFirst = kPeerIss + 1;

    TcpFixture() { know_peer(); }

    void connect() {
        auto result = stack.connect(kRemote, sink, now);
        REQUIRE(result.ok());
        stream = std::move(result).value();
    }

    struct Segment {
        TcpHeader header;
        Buffer payload;
    };
    Segment expect_tcp() {
        const Buffer bytes = expect_ip(net::wire::kProtocolTcp);
        const auto header = TcpHeader::parse(bytes);
        REQUIRE(header.has_value());
        REQUIRE(header->destination_port == kRemote.port);
        local.port = header->source_port;
        return {*header, Buffer(bytes.begin() + header->header_size, bytes.end())};
    }
    void reply(TcpHeader header, const Buffer& payload = {}) {
        receive_ip(net::wire::kProtocolTcp, fakes::tcp(kRemote, local, header, payload));
    }
    TcpHeader ack_header(u32 seq) const {
        TcpHeader header;
        header.has_timestamps = peer_timestamps;
        header.timestamp = peer_clock;
        header.timestamp_echo = echo;
        header.seq = seq;
        header.has_ack = true;
        header.ack = our_next;
        header.window = 1000;
        return header;
    }
    void data(u32 seq, const Buffer& payload, bool fin = false) {
        TcpHeader header = ack_header(seq);
        header.fin = fin;
        reply(header, payload);
    }
    void ack() { reply(ack_header(kFirst)); }

    void establish(bool sack = true, std::optional<u8> scale = 7) {
        connect();
        const Segment syn = expect_tcp();
        CHECK(syn.header.syn);
        our_next = syn.header.seq + 1;
        TcpHeader header = ack_header(kPeerIss);
        header.syn = true;
        header.window = 0xffff;  // never scaled in a SYN
        header.mss = 1460;
        header.window_scale = scale;
        header.sack_permitted = sack;
        echo = header.timestamp_echo = syn.header.timestamp;
        reply(header);
        poll();
        REQUIRE(sink.connected);
        const Segment last = expect_tcp();
        CHECK_FALSE(last.header.syn);
        CHECK(last.header.ack == kFirst);
        expect_nothing();
    }

    const Endpoint kRemote{kPeer, 80};
    Endpoint local{kLocal, 0};
    u32 our_next = 0;
    bool peer_timestamps = false;
    u32 peer_clock = 0xfffffff0;  // wraps soon
    u32 echo = 0;
    Received sink;
    Unique<Stream> stream;
};

}  // namespace kedge::tests
