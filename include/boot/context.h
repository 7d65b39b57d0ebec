// Context: everything the boot flow works with, collected by the composition root.
#pragma once

#include "boot/cached_dhcp.h"
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
    bool runs = true;  // at the start, if it is the first script
};

/// As `set` has it: [block/]name[:type], in the block builtin if none is named.
struct BuiltInSetting {
    StrView name;
    StrView value;
};

/// A file on a TFTP server, its path taken literally.
struct TftpFile {
    net::Ipv4Address server;
    StrView path;
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
    std::span<const BuiltInSetting> settings;
    StrView command_line;
    CachedDhcp cached_dhcp;
    /// Beside our own image, from where it was loaded: this script is tried as soon as there is a
    /// lease. An empty path: none.
    TftpFile autoexec = {};
};

/// The whole boot flow: banner, command line or built-in script, else autoboot; the shell on
/// request. Comes back when there is nothing more to boot: the exit status for the firmware.
int run_boot_flow(Context& context);

}  // namespace kedge::boot
