// What a Kedge DHCP message contains, and what an interface may be told by one.
#pragma once

#include "base/format.h"
#include "proto/dhcp.h"

namespace kedge::proto {

/// The part of a message that differs from one to the next.
struct DhcpQuery {
    net::wire::DhcpType type = net::wire::DhcpType::discover;
    u32 transaction = 0;
    u16 secs = 0;
    bool broadcast = false;  // ask the server to answer by broadcast
    net::MacAddress mac;
    u16 mtu = 1500;
    net::Ipv4Address client;     // ciaddr: an address we have
    net::Ipv4Address requested;  // option 50
    net::Ipv4Address server;     // option 54
    std::optional<u16> item;     // 43.71, a boot server's type
};

/// Servers and relays drop shorter ones.
inline constexpr size_t kDhcpMinimumSize = 552;
inline constexpr size_t kDhcpBufferSize = 768;

/// The message in `out`, of kDhcpBufferSize bytes.
Result<Bytes> build_dhcp_query(MutableBytes out, const DhcpIdentity& identity,
                               const DhcpQuery& query);

/// The largest message that is looked at.
inline constexpr size_t kDhcpLargestPacket = 9000;

/// Is this the answer to our question? Looks at the fixed fields only, before anything is copied:
/// answers to other machines come by broadcast too.
bool is_dhcp_answer(const Parts& payload, u32 transaction, const net::MacAddress& mac);
Result<Vector<u8>> copy_of(const Parts& parts);

/// Option 175.1: which of several servers is to be preferred; 0 if not given.
int dhcp_priority(const net::wire::DhcpMessage& message);
/// Option 175.176: no ProxyDHCP server is to be waited for.
bool dhcp_without_proxy(const net::wire::DhcpMessage& message);
/// A proxy offer that says what to boot: file and server, or a menu. Another has to be asked for it
/// at port 4011.
bool has_boot_information(const net::wire::DhcpMessage& message);

}  // namespace kedge::proto
