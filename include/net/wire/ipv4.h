// IPv4 (RFC 791) and UDP (RFC 768) headers.
#pragma once

#include <optional>

#include "base/reader.h"
#include "net/address.h"

namespace kedge::net::wire {

enum IpProtocol : u8 {
    kProtocolIcmp = 1,
    kProtocolTcp = 6,
    kProtocolUdp = 17,
};

struct Ipv4Header {
    static constexpr size_t kSize = 20;  // as we send it, without options

    u8 header_size = kSize;  // 20 to 60
    u16 total_length = 0;    // header included
    u16 identification = 0;
    u16 fragment_offset = 0;  // bytes
    bool more_fragments = false;
    bool dont_fragment = false;
    u8 ttl = 64;
    u8 protocol = 0;
    net::Ipv4Address source;
    net::Ipv4Address destination;

    bool is_fragment() const { return more_fragments || fragment_offset != 0; }

    /// `head` begins with the header; `available` bytes follow it in all (`head` included). Nothing
    /// for another version, lengths that contradict each other or `available`, or a wrong checksum.
    static std::optional<Ipv4Header> parse(Bytes head, size_t available);
    /// A header repeated in an ICMP error: what follows it may be cut off, and routers on the way
    /// may have left its checksum wrong.
    static std::optional<Ipv4Header> parse_quoted(Bytes head);
    /// Writes kSize bytes with the checksum.
    void emit(Writer& writer) const;
};

struct UdpHeader {
    static constexpr size_t kSize = 8;

    u16 source_port = 0;
    u16 destination_port = 0;
    u16 length = 0;    // header included
    u16 checksum = 0;  // 0: the sender made none

    /// Nothing when `length` is below 8 or above `available`.
    static std::optional<UdpHeader> parse(Bytes head, size_t available);
    void emit(Writer& writer) const;
};

}  // namespace kedge::net::wire
