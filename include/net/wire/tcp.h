// TCP header and options: RFC 9293 section 3.1 and 3.2, RFC 7323 (window scale, timestamps), RFC
// 2018 (SACK).
#pragma once

#include <optional>

#include "base/reader.h"

namespace kedge::net::wire {

/// Sequence numbers wrap: compare them only by these, RFC 9293 section 3.4.
constexpr bool seq_less(u32 a, u32 b) { return static_cast<i32>(a - b) < 0; }
constexpr bool seq_at_most(u32 a, u32 b) { return static_cast<i32>(a - b) <= 0; }

struct SackBlock {
    u32 left = 0;   // first byte held
    u32 right = 0;  // byte after the last
};

struct TcpHeader {
    static constexpr size_t kMinSize = 20;
    static constexpr size_t kMaxSize = 60;
    static constexpr size_t kMaxSackBlocks = 4;
    static constexpr size_t kMaxSackBlocksWithTimestamps = 3;  // what 40 bytes of options hold
    static constexpr size_t kTimestampsSize = 12;

    u16 source_port = 0;
    u16 destination_port = 0;
    u32 seq = 0;
    u32 ack = 0;
    bool fin = false;
    bool syn = false;
    bool rst = false;
    bool psh = false;
    bool has_ack = false;
    u16 window = 0;

    // Options; nothing or zero where absent.
    std::optional<u16> mss;
    std::optional<u8> window_scale;
    bool sack_permitted = false;
    bool has_timestamps = false;
    u32 timestamp = 0;       // TSval
    u32 timestamp_echo = 0;  // TSecr
    std::array<SackBlock, kMaxSackBlocks> sack{};
    u8 sack_count = 0;

    u8 header_size = kMinSize;  // set by parse()

    /// Nothing when the data offset is below 20 or beyond `head`, or an option has a length that
    /// cannot be. The checksum is not looked at. Unknown options are skipped.
    static std::optional<TcpHeader> parse(Bytes head);

    /// Bytes emit() will write: a multiple of 4.
    size_t emitted_size() const;
    /// With a zero checksum field, which is at kChecksumOffset.
    void emit(Writer& writer) const;
    static constexpr size_t kChecksumOffset = 16;

  private:
    bool parse_options(Bytes options);
};

}  // namespace kedge::net::wire
