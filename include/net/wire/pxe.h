// PXE's sub-options of DHCP option 43: PXE 2.1 section 2.2.3, tables 2-1 and 2-2; RFC 2132 section
// 8.4 for the encapsulation.
#pragma once

#include "net/wire/dhcp.h"

namespace kedge::net::wire {

enum PxeOption : u8 {
    kPxeDiscoveryControl = 6,
    kPxeMulticastAddress = 7,
    kPxeBootServers = 8,
    kPxeBootMenu = 9,
    kPxeMenuPrompt = 10,
    kPxeBootItem = 71,
};

/// Bits of kPxeDiscoveryControl.
inline constexpr u8 kPxeNoBroadcast = 1;
inline constexpr u8 kPxeNoMulticast = 2;
inline constexpr u8 kPxeOnlyListed = 4;  // answers of servers not in kPxeBootServers do not count
inline constexpr u8 kPxeSkipDiscovery = 8;  // a boot file was named: no menu, no discovery

/// The boot server type that means the machine's own disk.
inline constexpr u16 kPxeLocalBoot = 0;

/// {type u16, length u8, text}…; an entry that does not fit ends the menu.
class PxeMenuReader {
  public:
    explicit PxeMenuReader(Bytes menu) : rest_(menu) {}
    bool next(u16& type, StrView& text);

  private:
    Reader rest_;
};

/// {type u16, count u8, IPv4 address[count]}…; an entry that does not fit ends the list.
class PxeServerReader {
  public:
    explicit PxeServerReader(Bytes list) : rest_(list) {}
    /// `addresses`: 4 bytes each.
    bool next(u16& type, Bytes& addresses);

  private:
    Reader rest_;
};

/// kPxeMenuPrompt.
struct PxePrompt {
    static constexpr u8 kAtOnce = 0;     // the first item, without asking
    static constexpr u8 kForEver = 255;  // the menu, without a countdown

    u8 seconds = kAtOnce;
    StrView text;
};

/// What a message's option 43 says to a PXE client. Views the message, or the scratch memory if the
/// option came in pieces.
class PxeOptions {
  public:
    PxeOptions() = default;
    PxeOptions(const DhcpMessage& message, MutableBytes scratch)
        : options_(message.joined(kDhcpVendor, scratch).value_or(Bytes())) {}

    u8 discovery_control() const;
    Ipv4Address multicast_address() const;  // any() if none
    Bytes boot_servers() const { return get(kPxeBootServers); }
    Bytes menu() const { return get(kPxeBootMenu); }
    PxePrompt prompt() const;
    /// The type of kPxeBootItem.
    std::optional<u16> boot_item() const;

  private:
    Bytes get(u8 code) const { return encapsulated(options_, code).value_or(Bytes()); }
    Bytes options_;
};

}  // namespace kedge::net::wire
