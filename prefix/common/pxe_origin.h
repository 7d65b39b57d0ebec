// Where the firmware's PXE client loaded us from, by the packets it keeps. UEFI Specification 2.10,
// section 24.3; PXE 2.1 section 2.
#pragma once

#include "base/format.h"
#include "net/address.h"

namespace kedge {

struct TftpFile {
    net::Ipv4Address server;
    Text<256> path;
};

/// The file `name` in the folder of the boot file. `packets` are DHCP messages, the one that counts
/// most first; those without a boot file or server are passed over, as are damaged ones.
std::optional<TftpFile> beside_boot_file(std::span<const Bytes> packets, StrView name);

}  // namespace kedge
