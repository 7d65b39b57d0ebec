// virtio-net: feature bits, configuration and packet header. VIRTIO 1.2 section 5.1.
#pragma once

#include "base/endian.h"
#include "base/types.h"
#include "drivers/bus/virtio_transport.h"

namespace kedge::virtio_net {

constexpr u16 kReceiveQueue = 0;
constexpr u16 kTransmitQueue = 1;

/// Section 5.1.3.
namespace feature {
constexpr u64 kGuestChecksum = u64{1} << 1;  // blank checksums may come in
constexpr u64 kMtu = u64{1} << 3;
constexpr u64 kMac = u64{1} << 5;
constexpr u64 kGuestTso4 = u64{1} << 7;  // coalesced TCP segments may come in
constexpr u64 kGuestTso6 = u64{1} << 8;
constexpr u64 kGuestEcn = u64{1} << 9;
constexpr u64 kMergeableBuffers = u64{1} << 15;
constexpr u64 kStatus = u64{1} << 16;
constexpr u64 kGuestTso = kGuestTso4 | kGuestTso6;
}  // namespace feature

/// Section 5.1.4, offsets in the configuration.
namespace config {
constexpr u32 kMac = 0;     // u8[6]
constexpr u32 kStatus = 6;  // u16
constexpr u32 kMtu = 10;    // u16
constexpr u16 kLinkUp = 1 << 0;
}  // namespace config

/// struct virtio_net_hdr, section 5.1.6. Before VERSION_1 it ends before num_buffers unless
/// mergeable buffers are in use.
struct PacketHeader {
    u8 flags = 0;
    u8 gso_type = 0;
    le16 header_length;
    le16 gso_size;
    le16 checksum_start;
    le16 checksum_offset;
    le16 num_buffers;
};
static_assert(sizeof(PacketHeader) == 12);
constexpr u8 kShortHeader = 10;
constexpr u8 kLongHeader = 12;

constexpr u8 kNeedsChecksum = 1 << 0;  // flags
constexpr u8 kDataValid = 1 << 1;
constexpr u8 kGsoTcp4 = 1;  // gso_type
constexpr u8 kGsoTcp6 = 4;
constexpr u8 kGsoEcn = 0x80;

/// How packets lie in buffers: what negotiation decided.
struct Framing {
    u8 header_size = kLongHeader;
    bool mergeable = false;       // a frame may take several buffers
    bool split_receive = false;   // legacy: the header must have a descriptor of its own
    bool split_transmit = false;  // the same
    bool checksum = false;        // GUEST_CSUM: header flags mean something
    bool coalesced = false;       // GUEST_TSO: gso_type and gso_size do

    static Framing from(u64 features, bool modern);
    constexpr bool operator==(const Framing&) const = default;
};

constexpr u32 kEthernetHeader = 14;
constexpr u32 kVlanTag = 4;
constexpr u16 kDefaultMtu = 1500;
// What every IPv4 host must take (RFC 791 section 3.1), and a little more than the usual jumbo
// frame: a device that names anything else gets an ordinary Ethernet.
constexpr u16 kMinMtu = 576;
constexpr u16 kMaxMtu = 9216;

}  // namespace kedge::virtio_net
