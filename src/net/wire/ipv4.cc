#include "net/wire/ipv4.h"

#include "net/wire/checksum.h"

namespace kedge::net::wire {

namespace {
constexpr u16 kDontFragment = 0x4000;
constexpr u16 kMoreFragments = 0x2000;
constexpr u16 kOffsetMask = 0x1fff;  // in units of 8 bytes
}  // namespace

std::optional<Ipv4Header> Ipv4Header::parse_quoted(Bytes head) {
    if (head.size() < kSize || head[0] >> 4 != 4) return std::nullopt;
    Ipv4Header header;
    header.header_size = static_cast<u8>((head[0] & 0x0f) * 4);
    header.total_length = load_be<u16>(head.subspan(2));
    header.identification = load_be<u16>(head.subspan(4));
    const u16 fragment = load_be<u16>(head.subspan(6));
    header.dont_fragment = (fragment & kDontFragment) != 0;
    header.more_fragments = (fragment & kMoreFragments) != 0;
    header.fragment_offset = static_cast<u16>((fragment & kOffsetMask) * 8);
    header.ttl = head[8];
    header.protocol = head[9];
    header.source.value = load_be<u32>(head.subspan(12));
    header.destination.value = load_be<u32>(head.subspan(16));
    if (header.header_size < kSize || header.header_size > head.size()) return std::nullopt;
    return header;
}

std::optional<Ipv4Header> Ipv4Header::parse(Bytes head, size_t available) {
    const std::optional<Ipv4Header> header = parse_quoted(head);
    if (!header || header->total_length < header->header_size || header->total_length > available ||
        internet_checksum(head.first(header->header_size)) != 0) {
        return std::nullopt;
    }
    return header;
}

void Ipv4Header::emit(Writer& writer) const {
    const MutableBytes out = writer.take(kSize);
    if (out.empty()) return;
    Writer header(out);
    header.u8_(0x45);
    header.u8_(0);
    header.be16_(total_length);
    header.be16_(identification);
    header.be16_(static_cast<u16>((dont_fragment ? kDontFragment : 0) |
                                  (more_fragments ? kMoreFragments : 0) | fragment_offset / 8));
    header.u8_(ttl);
    header.u8_(protocol);
    header.be16_(0);
    header.be32_(source.value);
    header.be32_(destination.value);
    store_be<u16>(out.subspan(10), internet_checksum(out));
}

std::optional<UdpHeader> UdpHeader::parse(Bytes head, size_t available) {
    Reader reader(head);
    UdpHeader header;
    header.source_port = reader.be16_();
    header.destination_port = reader.be16_();
    header.length = reader.be16_();
    header.checksum = reader.be16_();
    if (!reader.ok() || header.length < kSize || header.length > available) return std::nullopt;
    return header;
}

void UdpHeader::emit(Writer& writer) const {
    writer.be16_(source_port);
    writer.be16_(destination_port);
    writer.be16_(length);
    writer.be16_(checksum);
}

}  // namespace kedge::net::wire
