// The boot menu of a PXE server: PXE 2.1 section 2.2.3, sub-options 9 and 10 of option 43.
#pragma once

#include "net/wire/pxe.h"
#include "src/boot/session.h"

namespace kedge::boot {

/// Prompts and shows the menu of this DHCP message as that says. The boot server type chosen: by a
/// person, or the first one when nobody presses F8 in time. Error::cancelled; Error::not_found for
/// a menu without items.
Result<u16> choose_pxe_item(Session& session, Bytes packet);

}  // namespace kedge::boot
