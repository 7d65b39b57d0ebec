// Consoles that the BIOS redirects to a serial line: SeaBIOS's sercon (QEMU -nographic), SGABIOS,
// servers.
#pragma once

#include "platform/clock.h"
#include "prefix/bios/real_mode.h"

namespace kedge::bios {

/// Does INT 10h write to the UART at `port`? Asks by printing a blank while the UART hears only
/// itself; screen and line stay as they are. Takes 10 ms if it does not, no time if there is no
/// UART. To be asked before anybody of ours sets the UART up.
///
/// A redirection that copies the screen behind everybody's back is not found.
bool console_is_serial(RealMode& real, platform::Clock& clock, u16 port);

}  // namespace kedge::bios
