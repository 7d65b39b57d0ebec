// NTP packets: RFC 5905 section 7.3, RFC 4330 (what a simple client looks at).
#pragma once

#include <optional>

#include "base/reader.h"

namespace kedge::net::wire {

inline constexpr u16 kNtpPort = 123;
inline constexpr size_t kNtpPacketSize = 48;

/// The fields of a server's answer that a client looks at.
struct NtpPacket {
    static constexpr u8 kUnsynchronised = 3;  // leap
    static constexpr u8 kServer = 4;          // mode

    u8 leap = 0;
    u8 version = 0;
    u8 mode = 0;
    u8 stratum = 0;
    std::array<u8, 4> reference{};  // a kiss code where the stratum is 0
    u64 originate = 0;              // the `transmit` of the question
    u64 receive = 0;
    u64 transmit = 0;

    /// Nothing if it is too short. What follows (extensions, keys) is not looked at.
    static std::optional<NtpPacket> parse(Bytes packet);
};

/// A client's question. `transmit` comes back as `originate`; it need not be a time.
std::array<u8, kNtpPacketSize> emit_ntp_query(u64 transmit);

/// Microseconds since 1970 of a timestamp; those before 1968 are of the era that begins in 2036
/// (RFC 4330 section 3).
u64 ntp_to_unix_us(u64 timestamp);

}  // namespace kedge::net::wire
