#include "net/wire/tftp.h"

#include "base/format.h"

namespace kedge::net::wire {

namespace {

constexpr u8 kNul = 0;

void put_string(Writer& out, StrView text) {
    out.bytes(text.bytes());
    out.u8_(kNul);
}

}  // namespace

Result<TftpPacket> TftpPacket::parse(const Parts& datagram) {
    std::array<u8, kTftpHeaderSize> head{};
    const size_t size = datagram.copy_to(head);
    Reader in(Bytes(head).first(size));
    TftpPacket packet;
    packet.opcode = static_cast<TftpOpcode>(in.be16_());
    switch (packet.opcode) {
        case TftpOpcode::option_ack:
            packet.body = datagram.subview(2);
            break;
        case TftpOpcode::data:
        case TftpOpcode::ack:
        case TftpOpcode::error:
            packet.number = in.be16_();
            packet.body = datagram.subview(kTftpHeaderSize);
            break;
        default:
            return Error::bad_format;
    }
    if (!in.ok()) return Error::bad_format;
    return packet;
}

std::optional<StrView> TftpOptionReader::string() {
    const StrView text = StrView::from(rest_);
    const size_t end = text.find('\0');
    if (end == StrView::npos) return std::nullopt;
    rest_ = rest_.subspan(end + 1);
    return text.first(end);
}

bool TftpOptionReader::next(StrView& name, StrView& value) {
    const std::optional<StrView> first = string();
    const std::optional<StrView> second = first ? string() : std::nullopt;
    if (!second) {
        rest_ = {};
        return false;
    }
    name = *first;
    value = *second;
    return true;
}

Result<Bytes> emit_tftp_read_request(MutableBytes out, StrView path,
                                     std::span<const TftpOption> options) {
    if (path.empty() || path.find('\0') != StrView::npos) return Error::invalid_argument;
    Writer writer(out.first(min(out.size(), kTftpLargestRequest)));
    writer.be16_(static_cast<u16>(TftpOpcode::read_request));
    put_string(writer, path);
    put_string(writer, "octet");
    for (const TftpOption& option : options) {
        put_string(writer, option.name);
        put_string(writer, Text<20>("{}", option.value));
    }
    if (!writer.ok()) return Error::too_large;
    return Bytes(writer.written());
}

std::array<u8, kTftpHeaderSize> emit_tftp_ack(u16 block) {
    std::array<u8, kTftpHeaderSize> out{};
    Writer writer(out);
    writer.be16_(static_cast<u16>(TftpOpcode::ack));
    writer.be16_(block);
    return out;
}

Bytes emit_tftp_error(MutableBytes out, TftpErrorCode code, StrView message) {
    if (out.size() <= kTftpHeaderSize) return {};
    Writer writer(out);
    writer.be16_(static_cast<u16>(TftpOpcode::error));
    writer.be16_(static_cast<u16>(code));
    put_string(writer, message.first(out.size() - kTftpHeaderSize - 1));
    return writer.written();
}

}  // namespace kedge::net::wire
