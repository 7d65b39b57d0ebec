// The legacy interface: one block of I/O ports. VIRTIO 1.2 section 4.1.4.8.
#include "drivers/bus/virtio_transport.h"

namespace kedge::virtio {

namespace {

namespace reg {
constexpr u32 kDeviceFeatures = 0x00;  // u32
constexpr u32 kDriverFeatures = 0x04;  // u32
constexpr u32 kQueueAddress = 0x08;    // u32, in pages
constexpr u32 kQueueSize = 0x0c;       // u16
constexpr u32 kQueueSelect = 0x0e;     // u16
constexpr u32 kQueueNotify = 0x10;     // u16
constexpr u32 kStatus = 0x12;          // u8
constexpr u32 kConfig = 0x14;          // while MSI-X is off
}  // namespace reg

constexpr u32 kMaxBlock = 0x100;

class LegacyTransport final : public Transport {
  public:
    explicit LegacyTransport(pci::Region registers) : registers_(registers) {}

    bool modern() const override { return false; }
    u8 status() const override { return registers_.read8(reg::kStatus); }
    void set_status(u8 value) override { registers_.write8(reg::kStatus, value); }

    u64 device_features() override { return registers_.read32(reg::kDeviceFeatures); }
    void accept_features(u64 features) override {
        registers_.write32(reg::kDriverFeatures, static_cast<u32>(features));
    }

    Result<u16> queue_size(u16 index, u16) override {
        registers_.write16(reg::kQueueSelect, index);
        const u16 size = registers_.read16(reg::kQueueSize);
        if (size == 0) return Error::not_found;
        if (!is_power_of_two(size)) return Error::io;
        return size;
    }

    Result<void> enable_queue(u16 index, const Virtqueue& queue) override {
        const u64 page = queue.descriptor_address() / kRingAlignment;
        if (page > UINT32_MAX) return Error::no_memory;
        registers_.write16(reg::kQueueSelect, index);
        registers_.write32(reg::kQueueAddress, static_cast<u32>(page));
        return {};
    }

    void notify(u16 index) const override { registers_.write16(reg::kQueueNotify, index); }

    Result<void> read_config(u32 offset, MutableBytes out) const override {
        const pci::Region config =
            registers_.part(reg::kConfig + offset, static_cast<u32>(out.size()));
        if (!config.valid()) return Error::io;
        // There is no generation counter here; two equal readings in a row must do.
        for (int tries = 0; tries < 10; ++tries) {
            bool same = true;
            for (u32 i = 0; i < out.size(); ++i) {
                const u8 byte = config.read8(i);
                same = same && byte == out[i];
                out[i] = byte;
            }
            if (same && tries > 0) return {};
        }
        return Error::io;
    }

    Result<u16> read_config16(u32 offset) const override {
        const pci::Region field = registers_.part(reg::kConfig + offset, 2);
        if (!field.valid()) return Error::io;
        return field.read16(0);
    }

  private:
    pci::Region registers_;
};

}  // namespace

Result<Unique<Transport>> find_legacy(const pci::Function& function, platform::MmioMapper& mmio) {
    const pci::Bar bar = function.bar(0);
    if (bar.kind != pci::Bar::Kind::io || bar.size < reg::kConfig) return Error::not_supported;
    const u32 size = static_cast<u32>(min<u64>(bar.size, kMaxBlock));
    const pci::Region registers = TRY(function.map(mmio, 0, 0, size));
    return Unique<Transport>(TRY(make_unique<LegacyTransport>(registers)));
}

}  // namespace kedge::virtio
