// DHCP packets that whoever loaded us already has: the PXE ROM (GET_CACHED_INFO, PXE 2.1 section
// 3.3.1) or UEFI's PxeBaseCode (UEFI Specification 2.10, section 24.3).
#pragma once

#include "base/types.h"
#include "net/address.h"

namespace kedge::boot {

/// Whole BOOTP messages from `op` on, as they came or with what filled the firmware's buffer behind
/// them; empty where there is none. They are foreign input: whoever reads them checks them. The
/// bytes are borrowed and must stay for the time of the boot flow.
struct CachedDhcp {
    /// Of the card the firmware used; all zero: the one that `ack` names. If we drive no such card
    /// nothing of this is used.
    net::MacAddress mac;
    Bytes ack;    // the lease (PXE packet type 2; Mode->DhcpAck): netN.dhcp
    Bytes proxy;  // of a ProxyDHCP server (Mode->ProxyOffer): proxydhcp
    Bytes reply;  // of a boot server (PXE packet type 3; Mode->PxeReply): pxebs

    bool empty() const { return ack.empty() && proxy.empty() && reply.empty(); }
};

}  // namespace kedge::boot
