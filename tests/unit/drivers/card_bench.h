// What tests of every network card use: frames, and a sink that keeps them.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <vector>

#include "net/device.h"

namespace kedge::tests {

struct Received {
    std::vector<u8> bytes;
    size_t head = 0;
    size_t parts = 0;
    net::Checksum checksum = net::Checksum::unknown;
    u16 segment_size = 0;
};

class Collector final : public net::FrameSink {
  public:
    void on_frame(const net::RxFrame& frame) override {
        Received received{.head = frame.head.size(),
                          .parts = 1 + frame.rest.size(),
                          .checksum = frame.checksum,
                          .segment_size = frame.segment_size};
        received.bytes.assign(frame.head.begin(), frame.head.end());
        for (Bytes part : frame.rest) {
            received.bytes.insert(received.bytes.end(), part.begin(), part.end());
        }
        frames.push_back(std::move(received));
        if (on_each) on_each();
    }
    std::vector<Received> frames;
    std::function<void()> on_each;
};

/// Bytes that differ from place to place and from frame to frame.
inline std::vector<u8> pattern(size_t size, u32 seed = 1) {
    std::vector<u8> bytes(size);
    u32 state = seed * 2654435761u + 1;
    for (u8& byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<u8>(state >> 24);
    }
    return bytes;
}

}  // namespace kedge::tests
