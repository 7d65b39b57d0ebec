// An e1000 card that watches its driver, and plays the card on the real ring memory, honestly or
// not.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fakes/dma.h"
#include "fakes/pci_bus.h"
#include "net/address.h"

namespace kedge::fakes {

struct E1000Options {
    u16 device = 0x100e;
    bool ignores_reset = false;  // as QEMU's 8254x
    bool address_valid = true;   // RAL and RAH
    bool has_eeprom = true;      // EERD answers
    u8 eeprom_shift = 8;
    u8 eeprom_done = 4;
    pci::Address at{.bus = 0, .device = 3};
    net::MacAddress mac{{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}};
};

class E1000Device final : public arch::host::MmioModel {
  public:
    E1000Device(Dma& dma, PciBus& bus, MmioMapper& mapper, E1000Options options);

    static constexpr u64 kMemoryBase = 0xfeb80000;

    PciFunction function;
    E1000Options options;
    /// What the driver did wrong. Tests require it to stay empty.
    std::vector<std::string> violations;

    // Misbehaviour.
    bool gone = false;            // reads all ones, takes no writes
    bool never_disables = false;  // RCTL keeps its enable bit
    bool link = true;
    bool hold_transmit = false;

    // Counters.
    u32 reads = 0;
    u32 resets = 0;
    u32 receive_tail_writes = 0;
    u32 transmit_tail_writes = 0;
    u32 rctl_writes = 0;

    /// Does it take frames in now?
    bool receives() const;
    bool transmits() const;
    /// Buffers it owns.
    u32 available() const;

    struct Delivery {
        u8 status = 0x07;  // DD, EOP, IXSM
        u8 errors = 0;
        std::optional<u16> length;  // what the descriptor claims, if not the truth
    };
    /// Puts a frame into the receive ring: false when it lacks a buffer or does not receive.
    bool deliver(Bytes frame, const Delivery& how);
    bool deliver(Bytes frame) { return deliver(frame, Delivery{}); }
    /// Writes a whole second word into the descriptor `index`, whoever owns it.
    void scribble(u16 index, u64 state);
    std::vector<std::vector<u8>> take_sent() { return std::exchange(sent_, {}); }
    void process_transmit();
    u32 reg(u32 offset) const;

    u32 mmio_read(u64 offset, u8 width) override;
    void mmio_write(u64 offset, u8 width, u32 value) override;

  private:
    void violate(const std::string& what) { violations.push_back(what); }
    void power_on();
    void check_ring(u32 base);
    u32 entries(u32 base) const { return reg(base + 8) / 16; }
    MutableBytes descriptor(u32 base, u32 index);

    Dma& dma_;
    arch::host::MmioWindow window_;
    std::map<u32, u32> registers_;
    std::vector<std::vector<u8>> sent_;
};

}  // namespace kedge::fakes
