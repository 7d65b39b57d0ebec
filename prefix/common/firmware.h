// What an image's main.cc collects from its platform, and run(): everything that is the same
// whatever way we were entered.
#pragma once

#include "boot/context.h"
#include "net/device.h"
#include "platform/clock.h"
#include "platform/console.h"
#include "platform/entropy.h"
#include "platform/memory.h"
#include "platform/system.h"
#include "proto/local.h"

namespace kedge {

/// Borrowed for the time of run().
struct Firmware {
    platform::Clock& clock;
    platform::ConsoleGroup& console;
    platform::Entropy& entropy;
    platform::System& system;
    platform::ImageMemory& image_memory;
    boot::Handover& platform_handover;         // called after run()'s own part of a hand-over
    std::span<net::NetDevice* const> devices;  // net0, net1, …
    std::span<boot::PayloadLoader* const> loaders;
    std::span<const boot::BuiltInFile> files;
    /// Text a loader gave us. If it is a script ("#!ipxe …", or commands) it is run.
    StrView command_line;
    /// What the firmware's own network boot got.
    boot::CachedDhcp cached_dhcp;
    /// What kedge-image added: an appendix, unchecked; or empty.
    Bytes appendix = {};
    boot::TftpFile autoexec = {};
    /// The medium that we came from, for file: URIs. Null: there is none.
    proto::FileSource* medium = nullptr;
};

/// Boots. Comes back only when there is nothing (more) to boot: the exit status for our caller.
/// Every device is closed then.
int run(Firmware& firmware);

}  // namespace kedge
