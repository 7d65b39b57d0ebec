// NetDevice: what a network driver offers the stack, and RxFrame: what it hands over.
#pragma once

#include "base/parts.h"
#include "base/result.h"
#include "base/str.h"
#include "net/address.h"

namespace kedge::net {

/// What is known about the transport checksum of a received frame.
enum class Checksum : u8 {
    unknown,   // the stack must verify
    verified,  // the device verified it, or it never crossed a wire (virtio NEEDS_CSUM,
               // netif csum_blank): the field itself may hold anything
};

/// A received Ethernet frame without its FCS, borrowed from the driver for the time of on_frame().
///
/// Hosts that coalesce hand over frames of up to 64 KiB in several parts. The first part holds at
/// least min(256, length) bytes, so all headers are contiguous in it; payload may continue in
/// `rest`. TCP copies the parts straight to their final place.
struct RxFrame {
    Bytes head;
    std::span<const Bytes> rest;
    Checksum checksum = Checksum::unknown;
    u16 segment_size = 0;  // payload bytes per segment on the wire; 0: not coalesced
    /// Of the VLAN it has been sorted into by its 802.1Q tag, which it still has; 0: none.
    u16 vlan = 0;

    Parts parts() const { return {head, rest}; }
};

class FrameSink {
  public:
    virtual void on_frame(const RxFrame& frame) = 0;

  protected:
    ~FrameSink() = default;
};

/// A network card. Drivers are `final` classes; a device object is owned by its bus or by the
/// composition root and outlives the stack that uses it.
///
/// States: closed -> open() -> running -> close() -> closed. The three endings are those of
/// docs/architecture.md section 5.
class NetDevice {
  public:
    virtual ~NetDevice() = default;

    /// Driver name as shown to users: "virtio-net", "snp".
    virtual StrView driver() const = 0;
    /// The chip where a driver knows several: "82540em".
    virtual StrView chip() const { return driver(); }
    /// Where it sits, e.g. "PCI 0000:00:03.0".
    virtual StrView location() const = 0;
    /// PCI vendor (upper half) and device; zero if it is on no PCI bus.
    virtual u32 bus_id() const { return 0; }
    virtual MacAddress mac() const = 0;
    /// Largest IP packet in bytes.
    virtual u16 mtu() const = 0;
    virtual bool link_up() const = 0;

    /// Resets the card whatever state it is in and starts it. Waits at most about a second. A
    /// missing link is no error. On failure the device is closed.
    virtual Result<void> open() = 0;

    /// Hands every frame received so far to `sink`, up to one ring full, and gives the buffers back
    /// to the card. Never waits. A card found broken stops receiving; see failed().
    virtual void poll(FrameSink& sink) = 0;

    /// Sends one Ethernet frame of 14 to mtu() + 18 bytes, the room for a VLAN tag included (padded
    /// to 60 by the driver if the card does not). The bytes are copied before it returns.
    /// Error::busy when all transmit slots are taken: the caller's protocol timers will send again.
    virtual Result<void> transmit(Bytes frame) = 0;

    /// Frames the card itself found damaged, or that the driver dropped, since the start.
    virtual u64 bad_frames() const { return 0; }

    /// The card broke its contract (a host ring with nonsense in it, say) and was reset and
    /// stopped; open() may try again.
    virtual bool failed() const { return false; }

    /// Full stop with memory services at hand: device reset, no DMA any more, memory released.
    /// Idempotent.
    virtual void close() = 0;

    /// Registers only: no memory, protocol or event services, bounded by the TSC, idempotent. After
    /// it the card does no DMA. Memory stays allocated.
    virtual void quiesce() = 0;

    /// After quiesce(): running again, with the same MAC and the same memory.
    virtual Result<void> resume() = 0;
};

}  // namespace kedge::net
