// VlanDevice: one 802.1Q VLAN of another interface as a card of its own. IEEE 802.1Q-2018.
#pragma once

#include "net/interface.h"

namespace kedge::net {

/// Frames go out through the trunk's card with a tag. They come in when the trunk is polled, which
/// the stack does if the trunk has been added to it; they are not copied.
class VlanDevice final : public NetDevice, public ListNode<VlanDevice> {
  public:
    /// `tag` is 1 to 4094, `priority` 0 to 7. The trunk is borrowed.
    VlanDevice(Interface& trunk, u16 tag, u8 priority)
        : trunk_(trunk), tag_(tag), priority_(priority) {}

    Interface& trunk() const { return trunk_; }
    u16 tag() const { return tag_; }
    u8 priority() const { return priority_; }

    StrView driver() const override { return "vlan"; }
    StrView location() const override { return card().location(); }
    u32 bus_id() const override { return card().bus_id(); }
    MacAddress mac() const override { return trunk_.mac(); }
    /// The trunk's: a card carries the tag besides.
    u16 mtu() const override { return card().mtu(); }
    bool link_up() const override { return card().link_up(); }
    bool failed() const override { return card().failed(); }

    /// The trunk must be open, and in the stack.
    Result<void> open() override;
    void poll(FrameSink& sink) override { sink_ = &sink; }
    Result<void> transmit(Bytes frame) override;
    void close() override;
    // What ends the trunk ends this.
    void quiesce() override {}
    Result<void> resume() override { return {}; }

    /// A frame of the trunk with this VLAN's tag. False if nobody wants it.
    bool receive(const RxFrame& frame);

  private:
    const NetDevice& card() const { return trunk_.device(); }

    Interface& trunk_;
    const u16 tag_;
    const u8 priority_;
    FrameSink* sink_ = nullptr;  // whoever polled last, while open
    std::array<u8, Interface::kFrameSize> tagged_{};
};

}  // namespace kedge::net
