// A virtio device on PCI, whichever of the two register layouts it has.
// Virtual I/O Device (VIRTIO) 1.2, sections 2.1, 3.1 and 4.1.
#pragma once

#include "base/time.h"
#include "base/unique.h"
#include "bus/pci.h"
#include "drivers/bus/virtqueue.h"

namespace kedge::virtio {

/// Device status field, section 2.1.
namespace status {
constexpr u8 kAcknowledge = 1 << 0;
constexpr u8 kDriver = 1 << 1;
constexpr u8 kDriverOk = 1 << 2;
constexpr u8 kFeaturesOk = 1 << 3;
constexpr u8 kNeedsReset = 1 << 6;
constexpr u8 kFailed = 1 << 7;
}  // namespace status

/// Reserved feature bits, section 6.
namespace feature {
constexpr u64 kAnyLayout = u64{1} << 27;  // legacy: header and data may share a descriptor
constexpr u64 kVersion1 = u64{1} << 32;
constexpr u64 kAccessPlatform = u64{1} << 33;
constexpr u64 kOrderPlatform = u64{1} << 36;
}  // namespace feature

/// Queues a driver here may use: more are not needed by any.
constexpr u16 kMaxQueues = 4;

/// The registers, and no state beyond what finding them took.
class Transport {
  public:
    virtual ~Transport() = default;

    /// VERSION_1 layout of rings and headers?
    virtual bool modern() const = 0;

    virtual u8 status() const = 0;
    virtual void set_status(u8 value) = 0;

    /// Offered features; may be asked at any time.
    virtual u64 device_features() = 0;
    virtual void accept_features(u64 features) = 0;

    /// Entries that queue `index` is to have, a power of two: what the device prescribes (legacy)
    /// or the most that it and `limit` allow (modern). Error::not_found if the queue does not
    /// exist, Error::io for a size that cannot be.
    virtual Result<u16> queue_size(u16 index, u16 limit) = 0;
    /// Tells the device where the queue lies. Error::no_memory for a place it cannot reach,
    /// Error::io if its doorbell is not where it may be.
    virtual Result<void> enable_queue(u16 index, const Virtqueue& queue) = 0;
    virtual void notify(u16 index) const = 0;

    /// A run of bytes of the device-specific configuration, consistent as a whole. Error::io if it
    /// never stays the same or does not reach that far.
    virtual Result<void> read_config(u32 offset, MutableBytes out) const = 0;
    /// One u16 of it, which a single access reads whole. Error::io beyond its end.
    virtual Result<u16> read_config16(u32 offset) const = 0;
};

/// Modern if the device has all it needs for that, else legacy. Switches decoding on and looks at
/// the card, but changes nothing in it. Error::not_supported if it has neither interface.
Result<Unique<Transport>> find_transport(const pci::Function& function,
                                         const pci::Services& services);
/// The two halves of find_transport().
Result<Unique<Transport>> find_legacy(const pci::Function& function, platform::MmioMapper& mmio);
Result<Unique<Transport>> find_modern(const pci::Function& function, platform::MmioMapper& mmio);

/// Resets and waits up to a second for the confirmation: until then the device may still write to
/// memory. Error::timed_out.
Result<void> reset(Transport& transport, platform::Clock& clock);
/// The same with registers and the time-stamp counter only, for quiesce(); waits for a fraction of
/// a second at most.
bool reset_registers_only(Transport& transport);

/// Sections 3.1.1 steps 2 to 6, after reset(): acknowledges, accepts those of `wanted` that are
/// offered and returns them. On a modern device VERSION_1 and the platform's access and ordering
/// features are always among them. Error::not_supported if the device refuses the choice.
Result<u64> negotiate(Transport& transport, u64 wanted);

}  // namespace kedge::virtio
