// What every network card under UEFI can do besides being a NetDevice.
#pragma once

#include "net/device.h"

namespace kedge::efi {

/// A card that belongs to the firmware and is borrowed from it.
///
/// quiesce() must also be right at the end of boot services, at TPL_NOTIFY: no memory, protocol,
/// event or console services, and no call into other drivers.
class Card : public net::NetDevice {
  public:
    /// Stops the device and lets the firmware's driver have it, while a started image may use it.
    /// resume() takes it back; so does open(). Idempotent.
    virtual void lend() = 0;
};

}  // namespace kedge::efi
