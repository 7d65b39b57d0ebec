// A network card driven by the firmware's own driver, through EFI_SIMPLE_NETWORK_PROTOCOL.
// UEFI Specification 2.10, section 24.1.
#pragma once

#include "base/unique.h"
#include "platform/clock.h"
#include "prefix/efi/card.h"
#include "prefix/efi/efi.h"
#include "prefix/efi/memory.h"

namespace kedge::efi {

/// Brings a card to Stopped, if its driver can.
void stop_snp(EFI_SIMPLE_NETWORK_PROTOCOL* snp);

class SnpDevice final : public Card {
  public:
    /// Looks at the card but changes nothing. Error::not_supported for what is no Ethernet card.
    /// `env` and `clock` must outlive the device.
    static Result<Unique<SnpDevice>> create(const Environment& env, platform::Clock& clock,
                                            EFI_HANDLE handle);
    SnpDevice(const Environment& env, platform::Clock& clock, EFI_HANDLE handle)
        : clock_(clock), claim_(env, handle, kSimpleNetworkGuid), memory_(env) {}
    ~SnpDevice() override { close(); }

    EFI_HANDLE handle() const { return claim_.handle(); }

    StrView driver() const override { return "snp"; }
    StrView location() const override { return location_; }
    net::MacAddress mac() const override { return mac_; }
    u16 mtu() const override { return mtu_; }
    bool link_up() const override { return link_up_; }

    /// Takes the card away from the firmware's network stack. Error::busy if that will not let go.
    Result<void> open() override;
    void poll(net::FrameSink& sink) override;
    Result<void> transmit(Bytes frame) override;
    bool failed() const override { return failed_; }
    /// Gives the card back to the firmware's network stack.
    void close() override;
    /// The card's driver is the firmware's and stops it by its own ExitBootServices handler; calls
    /// into it at TPL_NOTIFY would be fatal, and after its own handler at any time. So this keeps
    /// us from ever calling it again, should boot services go on after all.
    void quiesce() override {
        running_ = false;
        abandoned_ = true;
    }
    /// After lend(); Error::no_device after quiesce().
    Result<void> resume() override;
    void lend() override;

  private:
    static constexpr size_t kTransmitSlots = 32;
    static constexpr size_t kReceiveLimit = 64;  // frames per poll()
    static constexpr size_t kSmallestFrame = 60;
    static constexpr size_t kEthernetHeader = 14;
    static constexpr size_t kVlanTag = 4;
    static constexpr size_t kLargestFrame = 65536;

    Result<void> allocate_buffers();
    void release_buffers();
    Result<void> take_back();
    Result<void> start();
    Result<void> set_filters();
    void stop();
    void update_status();
    void recycle(const void* buffer);
    bool grow_receive_buffer(size_t size);
    std::optional<size_t> free_slot() const;
    void recover_lost_slots();

    platform::Clock& clock_;
    Claim claim_;
    EFI_SIMPLE_NETWORK_PROTOCOL* snp_ = nullptr;
    PageImageMemory memory_;
    MutableBytes receive_buffer_;
    MutableBytes transmit_buffers_;
    size_t slot_size_ = 0;
    std::array<bool, kTransmitSlots> in_flight_{};
    size_t in_flight_count_ = 0;
    Instant last_recycled_;
    Instant next_status_;
    Text<32> location_;
    net::MacAddress mac_;
    u16 mtu_ = 1500;
    bool link_up_ = true;
    bool open_ = false;
    bool running_ = false;    // the card is ours and initialized
    bool abandoned_ = false;  // by quiesce()
    bool failed_ = false;
};

}  // namespace kedge::efi
