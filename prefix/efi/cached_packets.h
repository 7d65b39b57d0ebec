// What the firmware's PXE client got when it loaded us. UEFI Specification 2.10, section 24.3.
#pragma once

#include "base/vector.h"
#include "boot/cached_dhcp.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

/// Copies: the firmware forgets its packets when its PXE client is stopped for our driver.
class CachedPackets {
  public:
    /// Stays empty if our image did not come from that client, or by IPv6. Error::no_memory.
    Result<void> read(const Environment& env);
    /// Borrowed from this object.
    boot::CachedDhcp view() const { return {{}, ack_.span(), proxy_.span(), reply_.span()}; }

  private:
    Vector<u8> ack_;
    Vector<u8> proxy_;
    Vector<u8> reply_;
};

}  // namespace kedge::efi
