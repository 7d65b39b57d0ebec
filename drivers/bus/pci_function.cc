// Function: base address registers, capabilities, the command register.
#include "bus/pci.h"

namespace kedge::pci {

namespace {

constexpr u16 kVendorDevice = 0x00;
constexpr u16 kCommand = 0x04;
constexpr u16 kStatus = 0x06;
constexpr u16 kClassRevision = 0x08;
constexpr u16 kHeaderType = 0x0e;
constexpr u16 kFirstBar = 0x10;
constexpr u16 kSubsystemDevice = 0x2e;
constexpr u16 kCapabilities = 0x34;
constexpr u16 kCardBusCapabilities = 0x14;

constexpr u16 kCommandIo = 1 << 0;
constexpr u16 kCommandMemory = 1 << 1;
constexpr u16 kCommandBusMaster = 1 << 2;
constexpr u16 kStatusHasCapabilities = 1 << 4;

constexpr u8 kHeaderCardBus = 2;
constexpr u8 kFirstCapability = 0x40;

constexpr u32 kBarIo = 1 << 0;
constexpr u32 kBarIoFlags = 0x3;
constexpr u32 kBarMemoryFlags = 0xf;
constexpr u32 kBarWidthMask = 0x6;
constexpr u32 kBarWidth64 = 0x4;
constexpr u32 kBarWidthReserved = 0x6;

/// BARs in this kind of header.
unsigned bar_count(u8 header_type) {
    switch (header_type & 0x7f) {
        case 0:
            return 6;
        case 1:  // bridge
            return 2;
        default:
            return 0;
    }
}

constexpr u16 bar_offset(unsigned index) { return static_cast<u16>(kFirstBar + 4 * index); }

bool is_64bit(u32 value) { return (value & kBarIo) == 0 && (value & kBarWidthMask) == kBarWidth64; }

/// The size is the lowest address bit the device decodes; whatever else a broken one returns, this
/// is a power of two or nothing.
constexpr u64 lowest_bit(u64 mask) { return mask & (~mask + 1); }

/// Finds out which bits of a BAR can be written, and puts the old value back.
u32 writable_bits(const Function& function, u16 offset) {
    const u32 saved = function.read32(offset);
    function.write32(offset, 0xffffffff);
    const u32 mask = function.read32(offset);
    function.write32(offset, saved);
    return mask;
}

Bar read_io_bar(u32 value, u32 mask) {
    const u64 size = lowest_bit(mask & ~kBarIoFlags);
    if (size == 0) return {};
    return {.kind = Bar::Kind::io, .base = value & ~kBarIoFlags, .size = size};
}

Bar read_memory_bar(u64 value, u64 mask) {
    const u64 size = lowest_bit(mask & ~u64{kBarMemoryFlags});
    if (size == 0) return {};
    return {.kind = Bar::Kind::memory, .base = value & ~u64{kBarMemoryFlags}, .size = size};
}

/// Visits each entry of the capability list once, from its head. It ends where the list does or
/// where it would come to an entry again, so a caller that always goes on from what it was given
/// never walks in circles.
class CapabilityWalk {
  public:
    explicit CapabilityWalk(const Function& function) : function_(function) {
        if ((function.read16(kStatus) & kStatusHasCapabilities) == 0) return;
        const bool card_bus = (function.read8(kHeaderType) & 0x7f) == kHeaderCardBus;
        at_ = entry(card_bus ? kCardBusCapabilities : kCapabilities);
    }

    std::optional<u8> next() {
        const u8 at = at_;
        if (at < kFirstCapability || (visited_ >> (at / 4) & 1) != 0) return std::nullopt;
        visited_ |= u64{1} << (at / 4);
        at_ = entry(static_cast<u16>(at + 1));
        return at;
    }

  private:
    u8 entry(u16 pointer) const { return static_cast<u8>(function_.read8(pointer) & 0xfc); }

    const Function& function_;
    u8 at_ = 0;
    u64 visited_ = 0;
};

}  // namespace

Function::Function(ConfigAccess& config, Address address) : config_(&config), address_(address) {
    const u32 id = read32(kVendorDevice);
    vendor_ = static_cast<u16>(id);
    device_ = static_cast<u16>(id >> 16);
    class_code_ = read32(kClassRevision) >> 8;
}

u16 Function::subsystem_device() const { return read16(kSubsystemDevice); }

Bar Function::bar(unsigned index) const {
    const unsigned count = bar_count(read8(kHeaderType));
    // Walk from the start: the upper half of a 64-bit BAR is not a BAR.
    unsigned at = 0;
    while (at < index && at < count) at += is_64bit(read32(bar_offset(at))) ? 2 : 1;
    if (at != index || at >= count) return {};

    const u16 offset = bar_offset(index);
    const u32 low = read32(offset);
    const bool wide = is_64bit(low);
    if ((low & kBarIo) == 0 && (low & kBarWidthMask) == kBarWidthReserved) return {};
    if (wide && index + 1 >= count) return {};

    // The device must not answer at the addresses written while sizing.
    const u16 command = read16(kCommand);
    write16(kCommand, static_cast<u16>(command & ~(kCommandIo | kCommandMemory)));
    const u32 low_mask = writable_bits(*this, offset);
    const u16 high_offset = static_cast<u16>(offset + 4);
    const u32 high = wide ? read32(high_offset) : 0;
    const u32 high_mask = wide ? writable_bits(*this, high_offset) : 0;
    write16(kCommand, command);

    if ((low & kBarIo) != 0) return read_io_bar(low, low_mask);
    return read_memory_bar(u64{high} << 32 | low, u64{high_mask} << 32 | low_mask);
}

Result<Region> Function::map(platform::MmioMapper& mapper, unsigned index, u32 offset,
                             u32 size) const {
    const Bar found = bar(index);
    if (found.kind == Bar::Kind::none || found.base == 0) return Error::not_found;
    if (size == 0 || u64{offset} + size > found.size) return Error::bad_format;
    if (found.base > UINT64_MAX - found.size) return Error::bad_format;
    const u64 start = found.base + offset;
    if (found.kind == Bar::Kind::io) {
        if (start + size > 0x10000) return Error::bad_format;
        return Region::io(static_cast<u16>(start), size);
    }
    volatile u8* const memory = TRY(mapper.map(start, size));
    return Region::memory(memory, size);
}

std::optional<u8> Function::find_capability(u8 id, u8 from) const {
    CapabilityWalk walk(*this);
    bool reached = from == 0;
    while (const auto at = walk.next()) {
        reached = reached || *at == from;
        if (reached && read8(*at) == id) return at;
    }
    return std::nullopt;
}

std::optional<u8> Function::next_capability(u8 id, u8 after) const {
    CapabilityWalk walk(*this);
    bool passed = false;
    while (const auto at = walk.next()) {
        if (passed && read8(*at) == id) return at;
        passed = passed || *at == after;
    }
    return std::nullopt;
}

void Function::enable(bool bus_master) const {
    const u16 wanted = kCommandIo | kCommandMemory | (bus_master ? kCommandBusMaster : 0);
    write16(kCommand, static_cast<u16>(read16(kCommand) | wanted));
}

void Function::disable_bus_master() const {
    write16(kCommand, static_cast<u16>(read16(kCommand) & ~kCommandBusMaster));
}

}  // namespace kedge::pci
