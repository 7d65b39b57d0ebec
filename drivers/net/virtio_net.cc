// virtio-net: the card's life from finding it to leaving it to the next owner.
#include "drivers/virtio_net.h"

#include "base/log.h"
#include "drivers/net/random_mac.h"
#include "drivers/net/virtio_net_device.h"

namespace kedge::virtio_net {

namespace {

constexpr u16 kVendor = 0x1af4;
constexpr u16 kTransitional = 0x1000;
constexpr u16 kModern = 0x1041;

/// Entries of a ring whose size is ours to choose.
constexpr u16 kRingSize = 256;

bool matches(const pci::Function& function) {
    return function.vendor() == kVendor &&
           (function.device() == kTransitional || function.device() == kModern);
}

Result<Unique<net::NetDevice>> create(const pci::Function& function,
                                      const pci::Services& services) {
    auto transport = TRY(virtio::find_transport(function, services));
    return Unique<net::NetDevice>(
        TRY(make_unique<Device>(function, services, std::move(transport))));
}

}  // namespace

constinit const pci::Driver kDriver{"virtio-net", matches, create};

Framing Framing::from(u64 features, bool modern) {
    Framing framing;
    framing.mergeable = (features & feature::kMergeableBuffers) != 0;
    framing.checksum = (features & feature::kGuestChecksum) != 0;
    framing.coalesced = (features & feature::kGuestTso) != 0;
    framing.header_size = modern || framing.mergeable ? kLongHeader : kShortHeader;
    // Section 5.1.6.6. Mergeable buffers are always used whole, also by legacy devices.
    const bool split = !modern && (features & virtio::feature::kAnyLayout) == 0;
    framing.split_transmit = split;
    framing.split_receive = split && !framing.mergeable;
    return framing;
}

Device::Device(const pci::Function& function, const pci::Services& services,
               Unique<virtio::Transport> transport)
    : function_(function),
      services_(services),
      transport_(std::move(transport)),
      location_("PCI {}", function.address()) {
    learn_configuration();
}

/// Reading the configuration is legal before initialisation, so that address and MTU can be shown
/// before the card is opened.
void Device::learn_configuration() {
    const bool has_mac = (transport_->device_features() & feature::kMac) != 0;
    const bool read = has_mac && transport_->read_config(config::kMac, mac_.bytes).ok();
    if (!read || !is_card_address(mac_)) mac_ = random_mac();
    const u16 mtu = offered_mtu();
    if (mtu != 0) mtu_ = mtu;
}

u64 Device::wanted_features() const {
    u64 wanted =
        feature::kGuestChecksum | feature::kMac | feature::kMergeableBuffers | feature::kStatus;
    if (!transport_->modern()) wanted |= virtio::feature::kAnyLayout;
    const u64 offered = transport_->device_features();
    if (offered_mtu() != 0) wanted |= feature::kMtu;
    // Coalesced frames come with blank checksums, and without mergeable buffers every buffer would
    // have to be 64 KiB.
    constexpr u64 kNeeded = feature::kGuestChecksum | feature::kMergeableBuffers;
    if ((offered & kNeeded) == kNeeded) wanted |= feature::kGuestTso;
    // GUEST_ECN requires one of GUEST_TSO4 and GUEST_TSO6 (section 5.1.3.1).
    if ((offered & wanted & feature::kGuestTso) != 0) wanted |= feature::kGuestEcn;
    return wanted;
}

/// The MTU the device names, or 0 if it names none that we would follow.
u16 Device::offered_mtu() const {
    if ((transport_->device_features() & feature::kMtu) == 0) return 0;
    const auto mtu = transport_->read_config16(config::kMtu);
    return mtu.ok() && *mtu >= kMinMtu && *mtu <= kMaxMtu ? *mtu : u16{0};
}

bool Device::link_up() const {
    if (state_ != State::running) return false;
    if ((features_ & feature::kStatus) == 0) return true;
    const auto status = transport_->read_config16(config::kStatus);
    return status.ok() && (*status & config::kLinkUp) != 0;
}

Result<void> Device::open() {
    close();
    function_.enable(false);
    const Result<void> reset = virtio::reset(*transport_, services_.clock);
    if (!reset.ok()) {
        function_.disable_bus_master();
        return reset;
    }
    const Result<void> started = start();
    if (!started.ok()) close();
    return started;
}

/// Section 3.1.1 after the reset; rings that exist are used again. On failure the device may be in
/// any state.
Result<void> Device::start() {
    state_ = State::starting;
    const u64 features = TRY(virtio::negotiate(*transport_, wanted_features()));
    TRY(enter(features));
    TRY(set_up_queues());

    function_.enable(true);
    transport_->set_status(transport_->status() | virtio::status::kDriverOk);
    state_ = State::running;
    if (receive_.ring().publish()) transport_->notify(kReceiveQueue);
    log::debug(log::kVirtio, "{}: {} features {x}, {} receive buffers", location_,
               transport_->modern() ? "modern" : "legacy", features_, receive_.buffers());
    return {};
}

/// Draws the conclusions from what was negotiated. A device that comes back from quiesce() with
/// other features cannot use the memory it has.
Result<void> Device::enter(u64 features) {
    const Framing framing = Framing::from(features, transport_->modern());
    const u16 mtu = (features & feature::kMtu) != 0 ? offered_mtu() : kDefaultMtu;
    if (mtu == 0) return Error::io;  // it was there a moment ago
    if (receive_.allocated() && (framing != framing_ || mtu != mtu_)) return Error::io;
    features_ = features;
    framing_ = framing;
    mtu_ = mtu;
    return {};
}

Result<void> Device::set_up_queues() {
    const u16 receive_size = TRY(transport_->queue_size(kReceiveQueue, kRingSize));
    const u16 transmit_size = TRY(transport_->queue_size(kTransmitQueue, kRingSize));
    if (!receive_.allocated()) {
        TRY(receive_.allocate(services_.dma, receive_size, framing_, mtu_));
    }
    if (!transmit_.allocated()) {
        TRY(transmit_.allocate(services_.dma, transmit_size, framing_, mtu_));
    }
    if (receive_.ring().size() != receive_size || transmit_.ring().size() != transmit_size) {
        return Error::io;
    }
    // Clean rings first: from here on the device knows where they are.
    receive_.fill();
    transmit_.clear();
    TRY(transport_->enable_queue(kReceiveQueue, receive_.ring()));
    TRY(transport_->enable_queue(kTransmitQueue, transmit_.ring()));
    return {};
}

void Device::poll(net::FrameSink& sink) {
    const u16 budget = receive_.buffers();
    for (u16 frames = 0; frames < budget && state_ == State::running; ++frames) {
        const auto outcome = receive_.receive_one(sink);
        if (outcome == ReceiveQueue::Outcome::stopped) return;
        if (outcome == ReceiveQueue::Outcome::broken) return fail("receive ring");
        if (outcome == ReceiveQueue::Outcome::idle) break;
        // A device whose ring ran dry stops taking packets in until it hears the doorbell.
        if (receive_.refill_due() && state_ == State::running && receive_.ring().publish()) {
            transport_->notify(kReceiveQueue);
        }
    }
    if (state_ != State::running) return;
    if (receive_.ring().publish()) transport_->notify(kReceiveQueue);
}

Result<void> Device::transmit(Bytes frame) {
    if (state_ != State::running) return Error::not_connected;
    if (frame.size() < kEthernetHeader) return Error::invalid_argument;
    if (frame.size() > kEthernetHeader + kVlanTag + size_t{mtu_}) return Error::too_large;
    const Result<void> sent = transmit_.send(frame);
    if (sent.error() == Error::protocol) {
        fail("transmit ring");
        return Error::io;
    }
    TRY(sent);
    if (transmit_.ring().publish()) transport_->notify(kTransmitQueue);
    return {};
}

/// The memory stays until close(), which asks again whether the device has stopped.
void Device::fail(StrView why) {
    log::debug(log::kVirtio, "{}: nonsense in the {}; card stopped", location_, why);
    IGNORE_RESULT(virtio::reset_registers_only(*transport_));
    state_ = State::broken;
}

void Device::close() {
    if (state_ == State::closed) return;
    // Reset before bus mastering goes: QEMU marks a device that loses it while running as broken.
    const bool stopped = virtio::reset(*transport_, services_.clock).ok();
    function_.disable_bus_master();
    state_ = State::closed;
    if (stopped) {
        receive_.release(services_.dma);
        transmit_.release(services_.dma);
        return;
    }
    log::debug(log::kVirtio, "{}: reset not confirmed, rings and buffers given up", location_);
    receive_.leak();
    transmit_.leak();
}

void Device::quiesce() {
    if (state_ == State::closed || state_ == State::quiesced) return;
    // Unconfirmed or not, nothing more can be done here.
    IGNORE_RESULT(virtio::reset_registers_only(*transport_));
    if (state_ == State::running) state_ = State::quiesced;
}

Result<void> Device::resume() {
    if (state_ == State::running) return {};
    if (state_ != State::quiesced) return Error::not_connected;
    function_.enable(false);
    Result<void> result = virtio::reset(*transport_, services_.clock);
    if (result.ok()) result = start();
    if (!result.ok()) {
        IGNORE_RESULT(virtio::reset_registers_only(*transport_));
        state_ = State::broken;
    }
    return result;
}

}  // namespace kedge::virtio_net
