// The e1000 card: bring-up and the three endings; the rings do the rest.
#pragma once

#include "base/format.h"
#include "bus/pci.h"
#include "drivers/net/e1000_rings.h"
#include "net/device.h"

namespace kedge::e1000 {

/// How the EEPROM is read through EERD.
enum class Eeprom : u8 {
    none,    // not at all
    shift8,  // word number from bit 8, done is bit 4
    shift2,  // word number from bit 2, done is bit 1
};

struct Chip {
    u16 device;  // PCI
    Eeprom eeprom;
    char name[8];
};

class Device final : public net::NetDevice {
  public:
    Device(const pci::Function& function, const pci::Services& services, const Chip& chip,
           const pci::Region& registers);
    ~Device() override { close(); }

    StrView driver() const override { return "e1000"; }
    StrView chip() const override { return chip_.name; }
    StrView location() const override { return location_; }
    u32 bus_id() const override { return u32{function_.vendor()} << 16 | function_.device(); }
    net::MacAddress mac() const override { return mac_; }
    u16 mtu() const override { return kMtu; }
    /// Reads a register (an exit to the hypervisor): ask a few times per second, not per packet.
    bool link_up() const override;

    Result<void> open() override;
    void poll(net::FrameSink& sink) override;
    Result<void> transmit(Bytes frame) override;
    u64 bad_frames() const override { return receive_.bad_frames(); }
    bool failed() const override { return state_ == State::broken; }
    void close() override;
    /// Writes device registers only. Bus mastering stays on, as in every driver here.
    void quiesce() override;
    Result<void> resume() override;

  private:
    enum class State : u8 { closed, running, quiesced, broken };

    u32 read(u32 offset) const { return registers_.read32(offset); }
    void write(u32 offset, u32 value) const { registers_.write32(offset, value); }

    void listen_early();
    void learn_address();
    std::optional<u16> read_eeprom(u8 word) const;
    void stop();
    void reset();
    Result<void> allocate();
    Result<void> start();
    void set_up_link() const;
    void set_up_address() const;
    void set_up_ring(u32 base, const Ring& ring) const;
    void fail();
    void wait(Duration duration) const;

    pci::Function function_;
    pci::Services services_;
    const Chip& chip_;
    pci::Region registers_;
    Text<24> location_;

    State state_ = State::closed;
    bool listening_ = false;  // RCTL may be set
    net::MacAddress mac_;
    ReceiveRing receive_;
    TransmitRing transmit_;
};

}  // namespace kedge::e1000
