#include "net/wire/icmp.h"

namespace kedge::net::wire {

std::optional<IcmpHeader> IcmpHeader::parse(Bytes head) {
    Reader reader(head);
    IcmpHeader header;
    header.type = reader.u8_();
    header.code = reader.u8_();
    reader.skip(2);
    header.identifier = reader.be16_();
    header.sequence = reader.be16_();
    if (!reader.ok()) return std::nullopt;
    return header;
}

void IcmpHeader::emit(Writer& writer) const {
    writer.u8_(type);
    writer.u8_(code);
    writer.be16_(0);
    writer.be16_(identifier);
    writer.be16_(sequence);
}

}  // namespace kedge::net::wire
