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
    net::Ipv4Address requested;  // REQUEST: options 50 and 54
    net::Ipv4Address server;
};

/// Servers and relays drop shorter ones.
inline constexpr size_t kDhcpMinimumSize = 552;
inline constexpr size_t kDhcpBufferSize = 768;

/// The message in `out`, of kDhcpBufferSize bytes.
Result<Bytes> build_dhcp_query(MutableBytes out, const DhcpIdentity& identity,
                               const DhcpQuery& query);

/// Checks address and mask and reads options 1, 3, 26 and 121. Error::bad_format with a few words
/// in `why` if no host could live with them; other nonsense is left out of the result.
Result<net::Ipv4Config> read_dhcp_config(const net::wire::DhcpMessage& message, u16 device_mtu,
                                         Text<96>& why);

/// Option 175.1: which of several servers is to be preferred; 0 if not given.
int dhcp_priority(const net::wire::DhcpMessage& message);
/// Option 175.176: no ProxyDHCP server is to be waited for.
bool dhcp_without_proxy(const net::wire::DhcpMessage& message);
bool is_proxy_offer(const net::wire::DhcpMessage& message);

}  // namespace kedge::proto
