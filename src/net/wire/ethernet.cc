#include "net/wire/ethernet.h"

namespace kedge::net::wire {

namespace {
constexpr u16 kHardwareEthernet = 1;
}

std::optional<EthernetHeader> EthernetHeader::parse(Bytes frame) {
    if (frame.size() < kSize) return std::nullopt;
    EthernetHeader header;
    copy_bytes(header.destination.bytes, frame);
    copy_bytes(header.source.bytes, frame.subspan(6));
    header.type = load_be<u16>(frame.subspan(12));
    return header;
}

std::optional<VlanTag> VlanTag::parse(Bytes bytes) {
    Reader reader(bytes);
    const u16 control = reader.be16_();
    const u16 type = reader.be16_();
    if (!reader.ok()) return std::nullopt;
    return VlanTag{static_cast<u8>(control >> 13), static_cast<u16>(control & 0xfff), type};
}

void EthernetHeader::emit(Writer& writer) const {
    writer.bytes(destination.bytes);
    writer.bytes(source.bytes);
    writer.be16_(type);
}

std::optional<ArpPacket> ArpPacket::parse(Bytes packet) {
    Reader reader(packet);
    const u16 hardware = reader.be16_();
    const u16 protocol = reader.be16_();
    const u8 hardware_size = reader.u8_();
    const u8 protocol_size = reader.u8_();
    ArpPacket arp;
    arp.operation = reader.be16_();
    arp.sender_mac.bytes = reader.array<6>();
    arp.sender.value = reader.be32_();
    arp.target_mac.bytes = reader.array<6>();
    arp.target.value = reader.be32_();
    if (!reader.ok() || hardware != kHardwareEthernet || protocol != kEtherTypeIpv4 ||
        hardware_size != 6 || protocol_size != 4) {
        return std::nullopt;
    }
    return arp;
}

void ArpPacket::emit(Writer& writer) const {
    writer.be16_(kHardwareEthernet);
    writer.be16_(kEtherTypeIpv4);
    writer.u8_(6);
    writer.u8_(4);
    writer.be16_(operation);
    writer.bytes(sender_mac.bytes);
    writer.be32_(sender.value);
    writer.bytes(target_mac.bytes);
    writer.be32_(target.value);
}

}  // namespace kedge::net::wire
