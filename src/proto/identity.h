// Who we say we are, where servers compare versions.
#pragma once

#include <array>

#include "base/str.h"

namespace kedge::proto {

/// DHCP and web servers are configured for iPXE; we say which one we can stand in for.
inline constexpr std::array<u8, 3> kIpxeVersion = {1, 21, 1};
/// What rules of log servers look for: their "programname" ends at the bracket.
inline constexpr StrView kSyslogTag = "ipxe[kedge]";
inline constexpr StrView kUserAgent = "iPXE/1.21.1+ (Kedge/" KEDGE_VERSION ")";

}  // namespace kedge::proto
