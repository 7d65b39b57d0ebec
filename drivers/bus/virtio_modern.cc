// The modern interface: register blocks that vendor capabilities point to. VIRTIO 1.2 sections
// 4.1.4 and 4.1.4.3.
#include <bit>

#include "drivers/bus/virtio_transport.h"

namespace kedge::virtio {

namespace {

constexpr u8 kCapabilityVendor = 0x09;

/// struct virtio_pci_cap, section 4.1.4.
namespace cap {
constexpr u16 kLength = 2;             // u8
constexpr u16 kType = 3;               // u8
constexpr u16 kBar = 4;                // u8
constexpr u16 kOffset = 8;             // u32
constexpr u16 kSize = 12;              // u32
constexpr u16 kNotifyMultiplier = 16;  // u32, in the notify capability
constexpr u8 kMinLength = 16;
constexpr u8 kMinNotifyLength = 20;
}  // namespace cap

enum class Block : u8 { common = 1, notify = 2, device = 4 };

/// struct virtio_pci_common_cfg, section 4.1.4.3.
namespace reg {
constexpr u32 kDeviceFeatureSelect = 0x00;  // u32
constexpr u32 kDeviceFeature = 0x04;        // u32
constexpr u32 kDriverFeatureSelect = 0x08;  // u32
constexpr u32 kDriverFeature = 0x0c;        // u32
constexpr u32 kNumQueues = 0x12;            // u16
constexpr u32 kStatus = 0x14;               // u8
constexpr u32 kGeneration = 0x15;           // u8
constexpr u32 kQueueSelect = 0x16;          // u16
constexpr u32 kQueueSize = 0x18;            // u16
constexpr u32 kQueueEnable = 0x1c;          // u16
constexpr u32 kQueueNotifyOffset = 0x1e;    // u16
constexpr u32 kQueueDescriptors = 0x20;     // u64
constexpr u32 kQueueAvailable = 0x28;       // u64
constexpr u32 kQueueUsed = 0x30;            // u64
constexpr u32 kEnd = 0x38;
}  // namespace reg

constexpr u32 kMinNotifySize = 2;
// Blocks may be claimed as large as their BAR, but no more of one is ever needed.
constexpr u32 kMaxMapped = 1 << 20;
constexpr u8 kMaxBar = 5;
constexpr int kConfigTries = 100;

struct FoundBlock {
    pci::Region region;
    u8 capability = 0;
};

/// The first usable one of several blocks of that type: they come in order of preference.
Result<FoundBlock> find_block(const pci::Function& function, platform::MmioMapper& mmio, Block type,
                              u32 least) {
    const u8 least_length = type == Block::notify ? cap::kMinNotifyLength : cap::kMinLength;
    for (auto at = function.find_capability(kCapabilityVendor); at;
         at = function.next_capability(kCapabilityVendor, *at)) {
        const u16 base = *at;
        if (base + least_length > 256) continue;
        if (function.read8(base + cap::kLength) < least_length) continue;
        if (function.read8(base + cap::kType) != static_cast<u8>(type)) continue;
        const u8 bar = function.read8(base + cap::kBar);
        const u32 offset = function.read32(base + cap::kOffset);
        const u32 size = function.read32(base + cap::kSize);
        if (bar > kMaxBar || size < least) continue;
        const auto region = function.map(mmio, bar, offset, min(size, kMaxMapped));
        if (region.ok()) return FoundBlock{*region, *at};
        if (region.error() == Error::no_memory) return region.error();
    }
    return Error::not_found;
}

class ModernTransport final : public Transport {
  public:
    ModernTransport(pci::Region common, pci::Region notify, u32 multiplier, pci::Region device)
        : common_(common), notify_(notify), device_(device), multiplier_(multiplier) {}

    bool modern() const override { return true; }
    u8 status() const override { return common_.read8(reg::kStatus); }
    void set_status(u8 value) override { common_.write8(reg::kStatus, value); }

    u64 device_features() override {
        common_.write32(reg::kDeviceFeatureSelect, 0);
        const u32 low = common_.read32(reg::kDeviceFeature);
        common_.write32(reg::kDeviceFeatureSelect, 1);
        return u64{common_.read32(reg::kDeviceFeature)} << 32 | low;
    }

    void accept_features(u64 features) override {
        common_.write32(reg::kDriverFeatureSelect, 0);
        common_.write32(reg::kDriverFeature, static_cast<u32>(features));
        common_.write32(reg::kDriverFeatureSelect, 1);
        common_.write32(reg::kDriverFeature, static_cast<u32>(features >> 32));
    }

    Result<u16> queue_size(u16 index, u16 limit) override;
    Result<void> enable_queue(u16 index, const Virtqueue& queue) override;

    void notify(u16 index) const override {
        ASSERT(index < kMaxQueues);
        notify_.write16(doorbells_[index], index);
    }

    Result<void> read_config(u32 offset, MutableBytes out) const override;
    Result<u16> read_config16(u32 offset) const override {
        const pci::Region field = device_.part(offset, 2);
        if (!field.valid()) return Error::io;
        return field.read16(0);
    }

  private:
    void write64(u32 offset, u64 value) const {
        common_.write32(offset, static_cast<u32>(value));
        common_.write32(offset + 4, static_cast<u32>(value >> 32));
    }

    pci::Region common_;
    pci::Region notify_;
    pci::Region device_;
    u32 multiplier_;
    std::array<u32, kMaxQueues> doorbells_{};  // offsets in notify_
};

Result<u16> ModernTransport::queue_size(u16 index, u16 limit) {
    if (index >= common_.read16(reg::kNumQueues)) return Error::not_found;
    common_.write16(reg::kQueueSelect, index);
    const u16 most = min(common_.read16(reg::kQueueSize), limit);
    if (most == 0) return Error::not_found;
    return std::bit_floor(most);
}

Result<void> ModernTransport::enable_queue(u16 index, const Virtqueue& queue) {
    ASSERT(index < kMaxQueues);
    common_.write16(reg::kQueueSelect, index);
    const u64 doorbell = u64{common_.read16(reg::kQueueNotifyOffset)} * multiplier_;
    if (doorbell + kMinNotifySize > notify_.size()) return Error::io;
    doorbells_[index] = static_cast<u32>(doorbell);
    common_.write16(reg::kQueueSize, queue.size());
    write64(reg::kQueueDescriptors, queue.descriptor_address());
    write64(reg::kQueueAvailable, queue.available_address());
    write64(reg::kQueueUsed, queue.used_address());
    common_.write16(reg::kQueueEnable, 1);
    return {};
}

Result<void> ModernTransport::read_config(u32 offset, MutableBytes out) const {
    const pci::Region config = device_.part(offset, static_cast<u32>(out.size()));
    if (!config.valid()) return Error::io;
    for (int tries = 0; tries < kConfigTries; ++tries) {
        const u8 before = common_.read8(reg::kGeneration);
        for (u32 i = 0; i < out.size(); ++i) out[i] = config.read8(i);
        if (common_.read8(reg::kGeneration) == before) return {};
    }
    return Error::io;
}

}  // namespace

Result<Unique<Transport>> find_modern(const pci::Function& function, platform::MmioMapper& mmio) {
    const FoundBlock common = TRY(find_block(function, mmio, Block::common, reg::kEnd));
    const FoundBlock notify = TRY(find_block(function, mmio, Block::notify, kMinNotifySize));
    const u32 multiplier =
        function.read32(static_cast<u16>(notify.capability + cap::kNotifyMultiplier));
    // A device without configuration may lack this block; the driver notices when it reads.
    const auto device = find_block(function, mmio, Block::device, 1);
    if (!device.ok() && device.error() != Error::not_found) return device.error();
    auto transport = TRY(make_unique<ModernTransport>(
        common.region, notify.region, multiplier, device.ok() ? device->region : pci::Region()));
    if ((transport->device_features() & feature::kVersion1) == 0) return Error::not_supported;
    return Unique<Transport>(std::move(transport));
}

}  // namespace kedge::virtio
