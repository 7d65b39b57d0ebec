// e1000: registers and descriptors. 8254x Software Developer's Manual chapters 3 and 13, 82574
// Datasheet chapters 7 and 10; offsets from BAR 0.
#pragma once

#include "arch/barrier.h"
#include "base/types.h"

namespace kedge::e1000 {

/// How much of BAR 0 is used: all of it lies below the receive addresses and tables.
constexpr u32 kRegisters = 0x6000;

namespace reg {
constexpr u32 kCtrl = 0x0000;
constexpr u32 kStatus = 0x0008;
constexpr u32 kEerd = 0x0014;  // EEPROM read
constexpr u32 kIcr = 0x00c0;   // interrupt cause, cleared by reading
constexpr u32 kImc = 0x00d8;   // interrupt mask clear
constexpr u32 kRctl = 0x0100;
constexpr u32 kTctl = 0x0400;
constexpr u32 kTipg = 0x0410;  // inter-packet gap
constexpr u32 kReceive = 0x2800;
constexpr u32 kTransmit = 0x3800;
constexpr u32 kRxcsum = 0x5000;
constexpr u32 kMta = 0x5200;  // multicast table
constexpr u32 kMtaWords = 128;
constexpr u32 kRal0 = 0x5400;  // own address: four bytes, then two and kAddressValid
constexpr u32 kRah0 = 0x5404;
// From kReceive and kTransmit.
constexpr u32 kBaseLow = 0x00;
constexpr u32 kBaseHigh = 0x04;
constexpr u32 kLength = 0x08;  // bytes, a multiple of 128
constexpr u32 kHead = 0x10;
constexpr u32 kTail = 0x18;
}  // namespace reg

namespace ctrl {
constexpr u32 kLinkReset = 1 << 3;
constexpr u32 kAutoSpeed = 1 << 5;
constexpr u32 kSetLinkUp = 1 << 6;
constexpr u32 kForceSpeed = 1 << 11;
constexpr u32 kForceDuplex = 1 << 12;
constexpr u32 kReset = 1 << 26;
constexpr u32 kVlanMode = 1 << 30;
constexpr u32 kPhyReset = u32{1} << 31;
}  // namespace ctrl

constexpr u32 kStatusLinkUp = 1 << 1;
constexpr u32 kAddressValid = u32{1} << 31;

// RCTL
constexpr u32 kReceiveEnable = 1 << 1;
constexpr u32 kReceiveBroadcast = 1 << 15;
constexpr u32 kReceiveStripCrc = 1 << 26;
/// Buffers of 2048 bytes and frames of up to 1522 follow from the bits that are not set.
constexpr u32 kReceiveControl = kReceiveEnable | kReceiveBroadcast | kReceiveStripCrc;

/// TCTL: enable, pad short packets, and collision values as the manual wants them.
constexpr u32 kTransmitControl = 1 << 1 | 1 << 3 | 0x0f << 4 | 0x40 << 12;
/// TIPG for copper: section 13.4.34.
constexpr u32 kTransmitGap = 8 | 8 << 10 | 6 << 20;
/// RXCSUM: check IP headers, check TCP and UDP.
constexpr u32 kCheckSums = 1 << 8 | 1 << 9;

/// A legacy descriptor. The second word of both kinds holds the length in its low 16 bits and the
/// status from bit 32 up; it is read and written whole.
struct Descriptor {
    arch::Shared<u64> address;
    arch::Shared<u64> state;
};
static_assert(sizeof(Descriptor) == 16);
constexpr size_t kRingAlignment = 128;

constexpr u64 kDone = u64{1} << 32;

// Receive, section 3.2.3.
constexpr u64 kEndOfPacket = u64{1} << 33;
constexpr u64 kSumsIgnored = u64{1} << 34;
constexpr u64 kTransportChecked = u64{1} << 37;
constexpr u64 kTransportBad = u64{1} << 45;
/// CRC, symbol, sequence, carrier extension and data errors.
constexpr u64 kFrameBad = u64{0x97} << 40;

/// Transmit, section 3.3.3: end of packet, insert FCS, report status.
constexpr u64 kSendWhole = u64{1 << 0 | 1 << 1 | 1 << 3} << 24;

constexpr u32 kEthernetHeader = 14;
constexpr u32 kVlanTag = 4;
constexpr u16 kMtu = 1500;
constexpr u32 kLeastFrame = 60;  // without FCS

}  // namespace kedge::e1000
