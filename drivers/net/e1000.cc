// e1000: the card's life from finding it to leaving it to the next owner.
#include "drivers/e1000.h"

#include "base/log.h"
#include "drivers/net/e1000_device.h"
#include "drivers/net/random_mac.h"

namespace kedge::e1000 {

namespace {

constexpr u16 kVendor = 0x8086;

/// Copper cards: a PHY that negotiates by itself, one set of rings at the same place.
constexpr Chip kChips[] = {
    {0x1004, Eeprom::none, "82543gc"},   {0x1008, Eeprom::none, "82544ei"},
    {0x100c, Eeprom::none, "82544gc"},   {0x100d, Eeprom::none, "82544gc"},
    {0x100e, Eeprom::shift8, "82540em"}, {0x100f, Eeprom::shift8, "82545em"},
    {0x1010, Eeprom::shift8, "82546eb"}, {0x1013, Eeprom::shift2, "82541ei"},
    {0x1015, Eeprom::shift8, "82540em"}, {0x1016, Eeprom::shift8, "82540ep"},
    {0x1017, Eeprom::shift8, "82540ep"}, {0x1018, Eeprom::shift2, "82541ei"},
    {0x1019, Eeprom::shift2, "82547ei"}, {0x101d, Eeprom::shift8, "82546eb"},
    {0x101e, Eeprom::shift8, "82540ep"}, {0x1026, Eeprom::shift8, "82545gm"},
    {0x105e, Eeprom::shift2, "82571eb"}, {0x1075, Eeprom::shift2, "82547gi"},
    {0x1076, Eeprom::shift2, "82541gi"}, {0x1077, Eeprom::shift2, "82541gi"},
    {0x1078, Eeprom::shift2, "82541er"}, {0x1079, Eeprom::shift8, "82546gb"},
    {0x107c, Eeprom::shift2, "82541pi"}, {0x107d, Eeprom::shift2, "82572ei"},
    {0x108a, Eeprom::shift8, "82546gb"}, {0x108b, Eeprom::shift2, "82573v"},
    {0x108c, Eeprom::shift2, "82573e"},  {0x1099, Eeprom::shift8, "82546gb"},
    {0x109a, Eeprom::shift2, "82573l"},  {0x10a4, Eeprom::shift2, "82571eb"},
    {0x10b5, Eeprom::shift8, "82546gb"}, {0x10b9, Eeprom::shift2, "82572ei"},
    {0x10bc, Eeprom::shift2, "82571eb"}, {0x10d3, Eeprom::shift2, "82574l"},
    {0x10f6, Eeprom::shift2, "82574la"}, {0x150c, Eeprom::shift2, "82583v"},
};

/// Real cards read their EEPROM after a reset, and their registers may hang until they have.
constexpr Duration kResetTime = Duration::ms(20);
constexpr Duration kEepromTimeout = Duration::ms(10);

const Chip* find_chip(const pci::Function& function) {
    if (function.vendor() != kVendor) return nullptr;
    for (const Chip& chip : kChips) {
        if (chip.device == function.device()) return &chip;
    }
    return nullptr;
}

bool matches(const pci::Function& function) { return find_chip(function) != nullptr; }

Result<Unique<net::NetDevice>> create(const pci::Function& function,
                                      const pci::Services& services) {
    const Chip* chip = find_chip(function);
    if (chip == nullptr) return Error::not_supported;
    // Whatever its last owner left running reaches no memory any more.
    function.disable_bus_master();
    function.enable(false);
    const pci::Region registers = TRY(function.map(services.mmio, 0, 0, kRegisters));
    return Unique<net::NetDevice>(TRY(make_unique<Device>(function, services, *chip, registers)));
}

}  // namespace

constinit const pci::Driver kDriver{"e1000", matches, create};

Device::Device(const pci::Function& function, const pci::Services& services, const Chip& chip,
               const pci::Region& registers)
    : function_(function),
      services_(services),
      chip_(chip),
      registers_(registers),
      location_("PCI {}", function.address()) {
    listen_early();
    learn_address();
}

/// QEMU's 8254x holds whatever it receives for a second after each write to RCTL. It forgets
/// neither the register nor that second in a reset, so the sooner RCTL is written, the better. The
/// ring is empty and bus mastering off: a real card only drops what it hears.
void Device::listen_early() {
    if ((read(reg::kRctl) & kReceiveEnable) != 0) return;  // somebody's ring: open() resets first
    write(reg::kReceive + reg::kHead, 0);
    write(reg::kReceive + reg::kTail, 0);
    write(reg::kRctl, kReceiveControl);
    listening_ = true;
}

/// The card has put its address into RAL and RAH when it came out of reset.
void Device::learn_address() {
    const u32 low = read(reg::kRal0);
    const u32 high = read(reg::kRah0);
    for (size_t i = 0; i < 4; ++i) mac_.bytes[i] = static_cast<u8>(low >> (8 * i));
    for (size_t i = 0; i < 2; ++i) mac_.bytes[4 + i] = static_cast<u8>(high >> (8 * i));
    if ((high & kAddressValid) != 0 && is_card_address(mac_)) return;

    bool complete = true;
    for (u8 i = 0; i < 3; ++i) {
        const std::optional<u16> word = read_eeprom(i);
        complete = complete && word;
        mac_.bytes[2 * i] = static_cast<u8>(word.value_or(0));
        mac_.bytes[2 * i + 1] = static_cast<u8>(word.value_or(0) >> 8);
    }
    // The second port of a card has the next address.
    mac_.bytes[5] ^= function_.address().function & 1;
    if (!complete || !is_card_address(mac_)) mac_ = random_mac();
}

std::optional<u16> Device::read_eeprom(u8 word) const {
    if (chip_.eeprom == Eeprom::none) return std::nullopt;
    const bool wide = chip_.eeprom == Eeprom::shift8;
    const u32 done = wide ? 1 << 4 : 1 << 1;
    write(reg::kEerd, 1 | u32{word} << (wide ? 8 : 2));
    const Instant deadline = services_.clock.now() + kEepromTimeout;
    while (true) {
        const u32 value = read(reg::kEerd);
        if ((value & done) != 0) return static_cast<u16>(value >> 16);
        const Instant now = services_.clock.now();
        if (now >= deadline) return std::nullopt;
        services_.clock.relax(min(deadline, now + Duration::us(50)));
    }
}

void Device::wait(Duration duration) const {
    const Instant until = services_.clock.now() + duration;
    while (services_.clock.now() < until) services_.clock.relax(until);
}

bool Device::link_up() const {
    return state_ == State::running && (read(reg::kStatus) & kStatusLinkUp) != 0;
}

/// No DMA and no interrupts any more, with registers alone. QEMU's 8254x ignores the reset.
void Device::stop() {
    write(reg::kImc, 0xffffffff);
    write(reg::kRctl, 0);
    write(reg::kTctl, 0);
    write(reg::kCtrl, read(reg::kCtrl) | ctrl::kReset);
    listening_ = false;
}

void Device::reset() {
    function_.disable_bus_master();
    function_.enable(false);
    write(reg::kImc, 0xffffffff);
    write(reg::kCtrl, read(reg::kCtrl) | ctrl::kReset);
    wait(kResetTime);
    write(reg::kImc, 0xffffffff);
    read(reg::kIcr);
}

Result<void> Device::allocate() {
    TRY(receive_.allocate(services_.dma, ReceiveRing::kEntries, ReceiveRing::kBufferSize));
    const Result<void> done =
        transmit_.allocate(services_.dma, TransmitRing::kEntries, TransmitRing::kBufferSize);
    if (!done.ok()) receive_.release(services_.dma);
    return done;
}

Result<void> Device::open() {
    if (state_ != State::closed) close();  // else it would stop listening
    TRY(allocate());
    const Result<void> started = start();
    if (!started.ok()) close();
    return started;
}

/// Sections 14.3 to 14.5.
Result<void> Device::start() {
    reset();
    state_ = State::running;
    if (read(reg::kCtrl) == 0xffffffff) return Error::io;  // nobody is there
    set_up_link();
    set_up_address();
    receive_.fill();
    transmit_.clear();
    set_up_ring(reg::kReceive, receive_);
    set_up_ring(reg::kTransmit, transmit_);
    write(reg::kRxcsum, kCheckSums);
    write(reg::kTipg, kTransmitGap);
    // Only if it must be: see listen_early().
    if (read(reg::kRctl) != kReceiveControl) write(reg::kRctl, kReceiveControl);
    listening_ = true;
    write(reg::kTctl, kTransmitControl);
    function_.enable(true);
    write(reg::kReceive + reg::kTail, receive_.tail());
    return {};
}

/// The PHY negotiates on its own; restarting that would cost seconds.
void Device::set_up_link() const {
    constexpr u32 kClear = ctrl::kForceSpeed | ctrl::kForceDuplex | ctrl::kLinkReset |
                           ctrl::kPhyReset | ctrl::kVlanMode | ctrl::kReset;
    write(reg::kCtrl, (read(reg::kCtrl) & ~kClear) | ctrl::kSetLinkUp | ctrl::kAutoSpeed);
}

void Device::set_up_address() const {
    const auto byte = [&](size_t i) { return u32{mac_.bytes[i]}; };
    write(reg::kRal0, byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24);
    write(reg::kRah0, byte(4) | byte(5) << 8 | kAddressValid);
    for (u32 i = 0; i < reg::kMtaWords; ++i) write(reg::kMta + 4 * i, 0);
}

void Device::set_up_ring(u32 base, const Ring& ring) const {
    write(base + reg::kBaseLow, static_cast<u32>(ring.device_address()));
    write(base + reg::kBaseHigh, static_cast<u32>(ring.device_address() >> 32));
    write(base + reg::kLength, ring.bytes());
    write(base + reg::kHead, 0);
    write(base + reg::kTail, 0);
}

void Device::poll(net::FrameSink& sink) {
    for (u16 i = 0; i < ReceiveRing::kEntries && state_ == State::running; ++i) {
        const auto outcome = receive_.receive_one(sink);
        if (outcome == ReceiveRing::Outcome::broken) return fail();
        if (outcome != ReceiveRing::Outcome::took) return;
        if (state_ == State::running && receive_.take_batch()) {
            write(reg::kReceive + reg::kTail, receive_.tail());
        }
    }
}

Result<void> Device::transmit(Bytes frame) {
    if (state_ != State::running) return Error::not_connected;
    if (frame.size() < kEthernetHeader) return Error::invalid_argument;
    if (frame.size() > kMtu + kEthernetHeader + kVlanTag) return Error::too_large;
    TRY(transmit_.send(frame));
    write(reg::kTransmit + reg::kTail, transmit_.tail());
    return {};
}

/// The memory stays until close().
void Device::fail() {
    log::debug(log::kPci, "{}: nonsense in the receive ring; card stopped", location_);
    stop();
    state_ = State::broken;
}

void Device::close() {
    if (state_ == State::closed && !listening_ && !receive_.allocated()) return;
    stop();
    function_.disable_bus_master();
    const bool was_closed = std::exchange(state_, State::closed) == State::closed;
    if (was_closed && !receive_.allocated()) return;
    wait(kResetTime);
    if ((read(reg::kRctl) & kReceiveEnable) == 0) {
        receive_.release(services_.dma);
        transmit_.release(services_.dma);
        return;
    }
    log::debug(log::kPci, "{}: stop not confirmed, rings and buffers given up", location_);
    receive_.leak();
    transmit_.leak();
}

void Device::quiesce() {
    if (state_ == State::quiesced || (state_ == State::closed && !listening_)) return;
    stop();
    if (state_ == State::running) state_ = State::quiesced;
}

Result<void> Device::resume() {
    if (state_ == State::running) return {};
    if (state_ != State::quiesced) return Error::not_connected;
    const Result<void> started = start();
    if (!started.ok()) fail();
    return started;
}

}  // namespace kedge::e1000
