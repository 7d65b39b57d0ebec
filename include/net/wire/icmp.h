// ICMP: RFC 792, with the next-hop MTU of RFC 1191 section 4.
#pragma once

#include <optional>

#include "base/reader.h"

namespace kedge::net::wire {

enum IcmpType : u8 {
    kIcmpEchoReply = 0,
    kIcmpUnreachable = 3,
    kIcmpEchoRequest = 8,
    kIcmpTimeExceeded = 11,
    kIcmpParameterProblem = 12,
};

/// Codes of kIcmpUnreachable: RFC 792 and RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1.
enum IcmpUnreachableCode : u8 {
    kIcmpNetUnreachable = 0,
    kIcmpProtocolUnreachable = 2,
    kIcmpPortUnreachable = 3,
    kIcmpFragmentationNeeded = 4,
    kIcmpNetProhibited = 9,
    kIcmpHostProhibited = 10,
    kIcmpAdminProhibited = 13,
};

/// The eight bytes that echoes and errors begin with.
struct IcmpHeader {
    static constexpr size_t kSize = 8;
    static constexpr size_t kChecksumOffset = 2;

    u8 type = 0;
    u8 code = 0;
    u16 identifier = 0;  // of an echo
    u16 sequence = 0;    // of an echo; the next-hop MTU of kIcmpFragmentationNeeded

    /// Nothing when there are fewer than 8 bytes. The checksum is not looked at.
    static std::optional<IcmpHeader> parse(Bytes head);
    /// With a zero checksum field.
    void emit(Writer& writer) const;
};

}  // namespace kedge::net::wire
