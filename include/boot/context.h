// Context: everything the boot flow works with, collected by the composition root.
#pragma once

#include "boot/fetch.h"
#include "boot/loader.h"
#include "net/stack.h"
#include "platform/clock.h"
#include "platform/console.h"
#include "platform/entropy.h"
#include "platform/system.h"
#include "proto/dhcp.h"
#include "proto/resolver.h"
#include "proto/syslog.h"

namespace kedge::boot {

/// A file that came with the image: an initrd of a Linux loader, an embedded script.
struct BuiltInFile {
    StrView name;
    Bytes data;
};

/// Borrowed references; they outlive the boot flow.
struct Context {
    platform::Clock& clock;
    platform::ConsoleGroup& console;
    platform::Entropy& entropy;
    platform::System& system;
    platform::ImageMemory& image_memory;
    net::Stack& stack;
    std::span<net::Interface* const> interfaces;  // net0, net1, …; added to the stack when opened
    Fetcher& fetcher;
    proto::Resolver& resolver;
    proto::Syslog& syslog;
    std::span<PayloadLoader* const> loaders;
    Handover& handover;
    proto::DhcpIdentity dhcp_identity;
    std::span<const BuiltInFile> files;
    StrView command_line;
};

/// The whole boot flow: banner, command line or built-in script, else autoboot; the shell on
/// request. Comes back when there is nothing more to boot: the exit status for the firmware.
int run_boot_flow(Context& context);

}  // namespace kedge::boot
