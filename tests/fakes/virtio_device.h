// A virtio-net PCI card that watches its driver: it notes every step out of order and every broken
// rule of VIRTIO 1.2, and plays the device on the real ring memory, honestly or not.
#pragma once

#include <string>
#include <vector>

#include "fakes/dma.h"
#include "fakes/pci_bus.h"
#include "net/address.h"

namespace kedge::fakes {

struct VirtioOptions {
    bool modern = true;
    bool legacy = false;  // both: transitional
    u64 features = 0;     // VERSION_1 is added for modern
    u16 receive_size = 256;
    u16 transmit_size = 256;
    net::MacAddress mac{{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}};
    u16 status = 1;
    u16 mtu = 1500;
    u32 notify_multiplier = 4;
    bool add_capabilities = true;
};

class VirtioDevice final : public arch::host::MmioModel, public arch::host::PortModel {
  public:
    VirtioDevice(Dma& dma, PciBus& bus, MmioMapper& mapper, VirtioOptions options);

    static constexpr pci::Address kAddress{.bus = 0, .device = 3};
    static constexpr u64 kMemoryBase = 0x8'0000'0000;
    static constexpr u16 kPortBase = 0xc000;

    PciFunction function;
    VirtioOptions options;
    /// What the driver did wrong. Tests require it to stay empty.
    std::vector<std::string> violations;

    u8 status() const { return status_; }
    bool running() const { return (status_ & 4) != 0; }
    u64 accepted() const { return accepted_; }
    /// Vendor capability as in section 4.1.4; returns its offset.
    u8 add_block(u8 type, u8 bar, u32 offset, u32 length, u32 multiplier = 0);
    /// The usual four, as QEMU lays them out.
    void add_blocks();

    // Misbehaviour.
    u32 reset_delay = 0;  // status reads until a reset shows; UINT32_MAX: never
    bool refuse_features = false;
    u32 unstable_reads = 0;  // so many configuration reads change the generation
    bool hold_transmit = false;
    u8 extra_status = 0;  // OR-ed into every status read

    // Counters.
    u32 notified[2] = {};
    u32 resets = 0;
    u32 register_accesses = 0;

    // The device side of the rings.
    struct Chain {
        u16 head = 0;
        std::vector<MutableBytes> parts;
        size_t size() const;
    };
    struct Delivery {
        u8 flags = 0;
        u8 gso_type = 0;
        u16 gso_size = 0;
        size_t piece = SIZE_MAX;  // frame bytes per buffer, where it splits oddly
        int num_buffers = -1;     // what the header claims, if not the truth
    };

    /// Puts a frame into the receive ring as a good device does: false when it lacks buffers.
    bool deliver(Bytes frame, const Delivery& how);
    bool deliver(Bytes frame) { return deliver(frame, Delivery{}); }
    /// Frames sent since the last call, without their packet headers.
    std::vector<std::vector<u8>> take_sent() { return std::exchange(sent_, {}); }
    /// Takes in and completes what the driver has put into the transmit ring.
    void process_transmit();

    /// The next available receive buffer, taken from the ring; no parts if there is none.
    Chain pop(u16 queue);
    void put_used(u16 queue, u32 id, u32 length);
    void publish_used(u16 queue);
    void set_used_index(u16 queue, u16 index);
    u16 used_index(u16 queue) const { return queues_[queue].used; }
    void suppress_notify(u16 queue, bool on);
    /// Buffers the driver offers that nobody has taken yet.
    u16 available(u16 queue);
    /// Buffers popped and not yet used.
    size_t held(u16 queue) const { return queues_[queue].held.size(); }
    u16 ring_size(u16 queue) const { return queues_[queue].size; }

    u32 mmio_read(u64 offset, u8 width) override;
    void mmio_write(u64 offset, u8 width, u32 value) override;
    u32 in(u16 port, u8 width) override;
    void out(u16 port, u8 width, u32 value) override;

  private:
    struct Queue {
        u16 max = 0;
        u16 size = 0;
        bool enabled = false;
        u64 descriptors = 0;
        u64 available = 0;
        u64 used_ring = 0;
        u16 next = 0;  // of the available ring
        u16 used = 0;  // our index, perhaps not yet published
        std::vector<u16> held;
    };

    void violate(const std::string& what) { violations.push_back(what); }
    void reset_queues();
    void write_status(u8 value);
    u8 read_status();
    void write_features(unsigned half, u32 value);
    void check_features();
    void check_driver_ok();
    bool may_set_up_queues();
    void enable_queue(Queue& queue);
    void notify(u32 queue);
    u32 read_config(u32 offset, u8 width);
    u32 read_common(u32 offset, u8 width);
    void write_common(u32 offset, u8 width, u32 value);
    Queue* selected() { return select_ < 2 ? &queues_[select_] : nullptr; }
    bool has(unsigned bit) const { return (accepted_ >> bit & 1) != 0; }
    size_t header_size() const;
    void check_chain(u16 queue, const Chain& chain);
    void check_dma();

    Dma& dma_;
    arch::host::MmioWindow window_;
    arch::host::PortRange ports_;
    Queue queues_[2];
    u8 status_ = 0;
    u8 pending_status_ = 0;
    u32 reset_reads_left_ = 0;
    u64 offered_ = 0;
    u64 accepted_ = 0;
    u32 device_select_ = 0;
    u32 driver_select_ = 0;
    u16 select_ = 0;
    u8 generation_ = 0;
    std::vector<std::vector<u8>> sent_;
};

}  // namespace kedge::fakes
