// The server's side of a TFTP transfer, played by the test.
#pragma once

#include <catch2/catch.hpp>
#include <ostream>
#include <random>

#include "fakes/body_sink.h"
#include "proto/tftp.h"

namespace kedge::proto::test {

using State = Transfer::State;

inline const net::Ipv4Address kServer = net::Ipv4Address::of(10, 0, 0, 1);
inline const net::Endpoint kTid = {kServer, 40000};

inline Instant at_ms(i64 ms) { return Instant::from_us(ms * 1000); }

inline std::string word(unsigned value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
inline std::string data(unsigned block, const std::string& payload) {
    return word(3) + word(block) + payload;
}
inline std::string ack(unsigned block) { return word(4) + word(block); }
inline std::string error(unsigned code, const std::string& message) {
    return word(5) + word(code) + message + '\0';
}
inline std::string oack(const std::string& options) { return word(6) + options; }

inline std::string option(const char* name, u64 value) {
    return std::string(name) + '\0' + std::to_string(value) + '\0';
}
/// What a request asks for when the MTU leaves room for blocks of `size`.
inline std::string all_options(u64 size) {
    return option("blksize", size) + option("tsize", 0) + option("timeout", 1) +
           option("windowsize", 64);
}
/// What it asks for from servers that do not like that.
inline const std::string kCommon = option("blksize", 1232) + option("tsize", 0);

struct TftpDialogue {
    fakes::DatagramPort port;
    fakes::BodySink sink;
    TftpTransfer transfer{port, sink};

    void start(StrView path = "a/b", u16 mtu = 1500) {
        REQUIRE(transfer.start({{kServer, 69}, path, "tftp://10.0.0.1/a/b", mtu}, at_ms(0)).ok());
    }
    void poll(i64 ms) { transfer.poll(at_ms(ms)); }
    void receive(const std::string& packet, i64 ms = 1, net::Endpoint from = kTid) {
        transfer.on_datagram(from, {}, Parts(fakes::as_bytes(packet)), at_ms(ms));
    }
    void expect(const std::string& packet, net::Endpoint to = kTid) {
        REQUIRE(!port.sent.empty());
        const auto datagram = port.take();
        CHECK(datagram.to == to);
        REQUIRE(datagram.payload == packet);
    }
    void expect_nothing() { REQUIRE(port.sent.empty()); }
    void expect_request(const std::string& options = all_options(1468)) {
        expect(word(1) + std::string("a/b\0octet\0", 10) + options, {kServer, 69});
    }
    /// An ERROR packet of that code.
    void expect_error(unsigned code, net::Endpoint to = kTid) {
        REQUIRE(!port.sent.empty());
        const auto datagram = port.take();
        CHECK(datagram.to == to);
        REQUIRE(datagram.payload.substr(0, 4) == word(5) + word(code));
    }
    void reach_receiving(const std::string& options) {
        start();
        expect_request();
        receive(oack(options));
        expect(ack(0));
    }
    std::string failure(Error expected) {
        REQUIRE(transfer.state() == State::failed);
        CHECK(transfer.failure().error == expected);
        return fakes::sentence(transfer.failure());
    }
};

}  // namespace kedge::proto::test
