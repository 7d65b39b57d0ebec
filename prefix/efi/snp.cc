#include "prefix/efi/snp.h"

#include "base/log.h"
#include "prefix/efi/location.h"

namespace kedge::efi {
namespace {

constexpr u8 kIfTypeEthernet = 1;
constexpr Duration kStatusInterval = Duration::ms(100);
/// A card that returned no transmit buffer for so long has lost them.
constexpr Duration kTransmitPatience = Duration::seconds(2);

}  // namespace

void stop_snp(EFI_SIMPLE_NETWORK_PROTOCOL* snp) {
    if (snp->Mode->State == EfiSimpleNetworkInitialized) snp->Shutdown(snp);
    if (snp->Mode->State == EfiSimpleNetworkStarted) snp->Stop(snp);
}

Result<Unique<SnpDevice>> SnpDevice::create(const Environment& env, platform::Clock& clock,
                                            EFI_HANDLE handle) {
    const auto* snp = get_protocol<EFI_SIMPLE_NETWORK_PROTOCOL>(env, handle, kSimpleNetworkGuid);
    if (snp == nullptr || snp->Mode == nullptr) return Error::not_found;
    const EFI_SIMPLE_NETWORK_MODE& mode = *snp->Mode;
    if (mode.IfType != kIfTypeEthernet || mode.HwAddressSize != 6) return Error::not_supported;
    auto device = TRY(make_unique<SnpDevice>(env, clock, handle));
    copy_bytes(device->mac_.bytes, mode.CurrentAddress.Addr);
    // Some drivers count the media header as part of the packet, some do not.
    if (mode.MaxPacketSize >= 576)
        device->mtu_ = static_cast<u16>(min<u32>(mode.MaxPacketSize, 1500));
    if (mode.MediaPresentSupported) device->link_up_ = mode.MediaPresent;
    describe_location(env, handle, device->location_);
    return device;
}

Result<void> SnpDevice::allocate_buffers() {
    slot_size_ = align_up(mtu_ + kEthernetHeader + kVlanTag, 64);
    auto result = memory_.allocate(slot_size_ * kTransmitSlots);
    if (result.ok()) {
        transmit_buffers_ = *result;
        result = memory_.allocate(kPageSize);
    }
    if (result.ok()) {
        receive_buffer_ = *result;
        return {};
    }
    release_buffers();
    return result.error();
}

void SnpDevice::release_buffers() {
    memory_.release(std::exchange(transmit_buffers_, {}));
    memory_.release(std::exchange(receive_buffer_, {}));
}

Result<void> SnpDevice::open() {
    if (abandoned_) return Error::no_device;
    close();
    failed_ = false;
    TRY(allocate_buffers());
    open_ = true;
    const Result<void> result = take_back();
    if (!result.ok()) close();
    return result;
}

Result<void> SnpDevice::resume() {
    const Result<void> result = take_back();
    if (!result.ok()) failed_ = true;
    return result;
}

/// From any state, and whoever has had the card in the meantime.
Result<void> SnpDevice::take_back() {
    if (abandoned_) return Error::no_device;
    if (!open_ || running_) return {};
    TRY(claim_.take());
    snp_ = claim_.get<EFI_SIMPLE_NETWORK_PROTOCOL>();
    return start();
}

/// Brings the card to Initialized from whatever state it is in.
Result<void> SnpDevice::start() {
    if (snp_->Mode->State == EfiSimpleNetworkInitialized) snp_->Shutdown(snp_);
    if (snp_->Mode->State == EfiSimpleNetworkStopped) {
        const EFI_STATUS status = snp_->Start(snp_);
        if (efi::failed(status) && status != EFI_ALREADY_STARTED) return to_error(status);
    }
    const EFI_STATUS status = snp_->Initialize(snp_, 0, 0);
    if (efi::failed(status)) {
        log::debug(log::kEfi, "{}: Initialize failed: {x}", location_, status);
        return to_error(status);
    }
    TRY(set_filters());
    in_flight_ = {};
    in_flight_count_ = 0;
    last_recycled_ = clock_.now();
    next_status_ = {};
    running_ = true;
    update_status();
    return {};
}

/// Unicast and broadcast, or promiscuous where a driver knows nothing better.
Result<void> SnpDevice::set_filters() {
    const u32 known = snp_->Mode->ReceiveFilterMask;
    constexpr u32 kWanted =
        EFI_SIMPLE_NETWORK_RECEIVE_UNICAST | EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST;
    if ((known & kWanted) == kWanted) {
        const EFI_STATUS status =
            snp_->ReceiveFilters(snp_, kWanted, known & ~kWanted, TRUE, 0, nullptr);
        if (!efi::failed(status)) return {};
    }
    const u32 second = known & (kWanted | EFI_SIMPLE_NETWORK_RECEIVE_PROMISCUOUS);
    const EFI_STATUS status = snp_->ReceiveFilters(snp_, second, 0, FALSE, 0, nullptr);
    return efi::failed(status) ? to_error(status) : Error::none;
}

void SnpDevice::stop() {
    running_ = false;
    if (abandoned_) {
        claim_.forget();
        snp_ = nullptr;
    }
    if (snp_ != nullptr) stop_snp(snp_);
}

void SnpDevice::lend() {
    stop();
    snp_ = nullptr;
    claim_.give_back();
}

void SnpDevice::close() {
    open_ = false;
    stop();
    const bool stopped =
        !abandoned_ && (snp_ == nullptr || snp_->Mode->State != EfiSimpleNetworkInitialized);
    snp_ = nullptr;
    claim_.give_back();
    if (stopped) {
        release_buffers();
        return;
    }
    // The card may still read them: better lost than given to somebody else.
    log::debug(log::kEfi, "{}: will not stop, leaking its buffers", location_);
    transmit_buffers_ = {};
    receive_buffer_ = {};
}

/// Takes finished transmit buffers back, which drivers return one per call and in any order, and
/// looks at the link, which some refresh only when asked for the interrupt status too.
void SnpDevice::update_status() {
    for (size_t i = 0; i <= kTransmitSlots; ++i) {
        UINT32 interrupts = 0;
        void* buffer = nullptr;
        if (efi::failed(snp_->GetStatus(snp_, &interrupts, &buffer)) || buffer == nullptr) break;
        recycle(buffer);
    }
    if (snp_->Mode->MediaPresentSupported) link_up_ = snp_->Mode->MediaPresent;
    next_status_ = clock_.now() + kStatusInterval;
}

void SnpDevice::recycle(const void* buffer) {
    const auto address = reinterpret_cast<u64>(buffer);
    const auto first = reinterpret_cast<u64>(transmit_buffers_.data());
    // A buffer of the card's previous user may still come back.
    if (address < first || address >= first + slot_size_ * kTransmitSlots) return;
    bool& in_flight = in_flight_[(address - first) / slot_size_];
    if (!in_flight) return;
    in_flight = false;
    --in_flight_count_;
    last_recycled_ = clock_.now();
}

void SnpDevice::poll(net::FrameSink& sink) {
    if (!running_) return;
    if (in_flight_count_ != 0 || clock_.now() >= next_status_) update_status();
    for (size_t i = 0; i < kReceiveLimit; ++i) {
        UINTN header_size = 0;
        UINTN size = receive_buffer_.size();
        const EFI_STATUS status = snp_->Receive(snp_, &header_size, &size, receive_buffer_.data(),
                                                nullptr, nullptr, nullptr);
        if (status == EFI_BUFFER_TOO_SMALL && grow_receive_buffer(size)) continue;
        if (status != EFI_SUCCESS) return;
        if (size < kEthernetHeader || size > receive_buffer_.size()) continue;
        sink.on_frame({receive_buffer_.first(size), {}});
        if (!running_) return;  // the sink closed us
    }
}

bool SnpDevice::grow_receive_buffer(size_t size) {
    if (size <= receive_buffer_.size() || size > kLargestFrame) return false;
    const auto grown = memory_.resize(receive_buffer_, size);
    if (grown.ok()) receive_buffer_ = *grown;
    return grown.ok();
}

std::optional<size_t> SnpDevice::free_slot() const {
    for (size_t i = 0; i < kTransmitSlots; ++i) {
        if (!in_flight_[i]) return i;
    }
    return std::nullopt;
}

Result<void> SnpDevice::transmit(Bytes frame) {
    if (!running_) return Error::no_device;
    if (frame.size() < kEthernetHeader) return Error::invalid_argument;
    if (frame.size() > mtu_ + kEthernetHeader + kVlanTag) return Error::too_large;
    if (in_flight_count_ == kTransmitSlots) update_status();
    if (in_flight_count_ == kTransmitSlots) recover_lost_slots();
    if (!running_) return Error::no_device;
    const auto slot = free_slot();
    if (!slot) return Error::busy;

    const MutableBytes buffer = transmit_buffers_.subspan(*slot * slot_size_, slot_size_);
    copy_bytes(buffer, frame);
    size_t size = frame.size();
    if (size < kSmallestFrame) {
        fill_bytes(buffer.subspan(size, kSmallestFrame - size), 0);
        size = kSmallestFrame;
    }
    const EFI_STATUS status =
        snp_->Transmit(snp_, 0, size, buffer.data(), nullptr, nullptr, nullptr);
    if (status == EFI_NOT_READY) {
        update_status();
        return Error::busy;
    }
    if (efi::failed(status)) return to_error(status);
    in_flight_[*slot] = true;
    if (in_flight_count_++ == 0) last_recycled_ = clock_.now();
    return {};
}

/// A driver that never gives buffers back is restarted: that makes them ours again.
void SnpDevice::recover_lost_slots() {
    if (clock_.now() - last_recycled_ < kTransmitPatience) return;
    log::debug(log::kEfi, "{}: transmit buffers do not come back, restarting", location_);
    stop();
    if (start().ok()) return;
    stop();
    failed_ = true;
}

}  // namespace kedge::efi
