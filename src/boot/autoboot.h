// Autoboot: DHCP says what to boot.
#pragma once

#include "proto/uri.h"
#include "src/boot/session.h"

namespace kedge::boot {

/// The boot file according to the settings, ${…} expanded: `filename` of the root (a script set
/// it), else the first of pxebs, proxydhcp and `port` in the order of the settings, else wherever
/// the search finds it. A path is on the next-server of the same block. Error::not_found: there is
/// none, or it is a path and there is no server; that is printed.
Result<proto::Uri> choose_boot_file(Session& session, const Port* port);

/// Configures the first card that can be (the one we were loaded through before others), shows the
/// PXE menu if there is one, fetches what it is told and starts it; when that fails or comes back
/// with failure, the same with the cards that are left. Success without a start: local boot.
Result<void> autoboot(Session& session, std::span<Port* const> ports);

}  // namespace kedge::boot
