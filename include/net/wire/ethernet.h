// Ethernet II: IEEE 802.3 clause 3, type values by IANA "IEEE 802 Numbers". And ARP: RFC 826.
#pragma once

#include <optional>

#include "base/reader.h"
#include "net/address.h"

namespace kedge::net::wire {

enum EtherType : u16 {
    kEtherTypeIpv4 = 0x0800,
    kEtherTypeArp = 0x0806,
    kEtherTypeVlan = 0x8100,
};

struct EthernetHeader {
    static constexpr size_t kSize = 14;

    net::MacAddress destination;
    net::MacAddress source;
    u16 type = 0;

    static std::optional<EthernetHeader> parse(Bytes frame);
    void emit(Writer& writer) const;
};

/// IEEE 802.1Q section 9.6: between the addresses and the type of a tagged frame; the first two
/// bytes stand where an untagged one has its type.
struct VlanTag {
    static constexpr size_t kSize = 4;
    static constexpr u16 kMaxVlan = 4094;

    u8 priority = 0;  // 0 to 7
    u16 vlan = 0;     // 0: only a priority
    u16 type = 0;     // of what follows

    /// `bytes` begins behind the Ethernet header.
    static std::optional<VlanTag> parse(Bytes bytes);
};

/// ARP for IPv4 over Ethernet.
struct ArpPacket {
    static constexpr size_t kSize = 28;
    static constexpr u16 kRequest = 1;
    static constexpr u16 kReply = 2;

    u16 operation = 0;
    net::MacAddress sender_mac;
    net::Ipv4Address sender;
    net::MacAddress target_mac;
    net::Ipv4Address target;

    /// Nothing for other hardware or protocols, and for short packets.
    static std::optional<ArpPacket> parse(Bytes packet);
    void emit(Writer& writer) const;
};

}  // namespace kedge::net::wire
