#include "prefix/bios/pxe.h"

#include "base/log.h"
#include "base/reader.h"
#include "prefix/bios/pxe_entry.h"

namespace kedge::bios {

namespace {

constexpr size_t kRealModeMemory = 0x110000;
/// What pxe.asm has pushed, and the return address.
constexpr u32 kBangPxeInFrame = 48;

// Section 4.2 and following.
enum Function : u16 {
    kUndiShutdown = 0x05,
    kUndiClose = 0x07,
    kStopUndi = 0x15,
    kUnloadStack = 0x70,
    kGetCachedInfo = 0x71,
};

/// Of the largest parameter block used here.
constexpr size_t kParametersSize = 12;

// PXENV_GET_CACHED_INFO, section 4.3.1.
constexpr u16 kDhcpAck = 2;
constexpr u16 kCachedReply = 3;
/// In the bounce buffer. The largest packet of the specification has 1472 bytes.
constexpr size_t kPacketAt = 0x100;
constexpr size_t kPacketMax = 1500;

}  // namespace

PxeStack::PxeStack(RealMode& real) : real_(real) {
    BootInfo& info = real.info();
    if (info.caller == 0) return;
    const Bytes memory(physical<const u8>(0), kRealModeMemory);
    const u32 in_frame = read_low32(linear(info.caller) + kBangPxeInFrame);
    for (const u32 structure : {in_frame, info.environment}) {
        info.pxe_entry = find_pxe_entry(memory, structure);
        if (present()) return;
    }
    Registers installed{.eax = 0x5650};
    real.interrupt(0x1a, installed);
    if (installed.carry() || installed.ax() != 0x564e || !installed.es.has_value()) return;
    const u32 structure = u32{*installed.es} << 16 | (installed.ebx & 0xffff);
    info.pxe_entry = find_pxe_entry(memory, structure);
}

bool PxeStack::call(u16 function) {
    const bool done = real_.call_pxe(function) == 0;
    log::debug(log::kBios, "PXE function {} status {}", function, load_le<u16>(real_.bounce()));
    return done;
}

void PxeStack::keep(u16 type, Vector<u8>& packet) {
    const MutableBytes bounce = real_.bounce();
    fill_bytes(bounce.first(kPacketAt + kPacketMax), 0);
    Writer writer(bounce.first(kParametersSize));
    writer.le16_(0);
    writer.le16_(type);
    writer.le16_(kPacketMax);
    writer.le16_(kBounce + kPacketAt);
    writer.le16_(static_cast<u16>(real_.info().base >> 4));
    writer.le16_(kPacketMax);
    if (!call(kGetCachedInfo)) return;
    const size_t size = min<size_t>(load_le<u16>(bounce.subspan(4)), kPacketMax);
    if (!packet.reserve(size).ok()) return;  // then DHCP finds out
    for (const u8 byte : bounce.subspan(kPacketAt, size)) static_cast<void>(packet.push_back(byte));
}

void PxeStack::keep_packets() {
    if (!present()) return;
    keep(kDhcpAck, ack_);
    keep(kCachedReply, reply_);
}

void PxeStack::stop() {
    if (!present()) return;
    const MutableBytes bounce = real_.bounce();
    // Some stacks refuse one or the other, and nothing follows from it: our driver resets the card
    // anyway.
    for (const u16 function : {kUndiClose, kUndiShutdown, kUnloadStack, kStopUndi}) {
        fill_bytes(bounce.first(kParametersSize), 0);
        call(function);
    }
    BootInfo& info = real_.info();
    info.pxe_entry = 0;
    info.caller = 0;
}

}  // namespace kedge::bios
