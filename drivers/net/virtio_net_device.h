// The virtio-net card: bring-up and the three endings; the queues do the rest.
#pragma once

#include "base/format.h"
#include "drivers/bus/virtio_transport.h"
#include "drivers/net/virtio_net_receive.h"
#include "drivers/net/virtio_net_transmit.h"
#include "net/device.h"

namespace kedge::virtio_net {

class Device final : public net::NetDevice {
  public:
    Device(const pci::Function& function, const pci::Services& services,
           Unique<virtio::Transport> transport);
    ~Device() override { close(); }

    StrView driver() const override { return "virtio-net"; }
    StrView location() const override { return location_; }
    u32 bus_id() const override { return u32{function_.vendor()} << 16 | function_.device(); }
    net::MacAddress mac() const override { return mac_; }
    u16 mtu() const override { return mtu_; }
    /// Reads a register (an exit to the hypervisor): ask a few times per second, not per packet.
    bool link_up() const override;

    Result<void> open() override;
    void poll(net::FrameSink& sink) override;
    Result<void> transmit(Bytes frame) override;
    /// Asks the device, which costs an exit from a virtual machine: not for every poll.
    bool failed() const override {
        return state_ == State::broken || (state_ == State::running && needs_reset());
    }
    void close() override;
    /// Writes device registers only. Bus mastering stays on: configuration space may be reached
    /// through a firmware protocol, and after the reset the device does no DMA anyway.
    void quiesce() override;
    Result<void> resume() override;

  private:
    /// The device gave up (VIRTIO 1.2 section 2.1.2) and is silent until it is reset.
    bool needs_reset() const { return (transport_->status() & virtio::status::kNeedsReset) != 0; }
    enum class State : u8 { closed, starting, running, quiesced, broken };

    Result<void> start();
    Result<void> set_up_queues();
    Result<void> enter(u64 features);
    u64 wanted_features() const;
    void learn_configuration();
    u16 offered_mtu() const;
    void fail(StrView why);

    pci::Function function_;
    pci::Services services_;
    Unique<virtio::Transport> transport_;
    Text<24> location_;

    State state_ = State::closed;
    u64 features_ = 0;
    Framing framing_;
    net::MacAddress mac_;
    u16 mtu_ = kDefaultMtu;
    ReceiveQueue receive_;
    TransmitQueue transmit_;
};

}  // namespace kedge::virtio_net
