#include "net/wire/dhcp.h"

namespace kedge::net::wire {

namespace {

constexpr u32 kMagicCookie = 0x63825363;  // RFC 1497
constexpr size_t kSnameAt = 44;
constexpr size_t kSnameSize = 64;
constexpr size_t kFileAt = 108;
constexpr size_t kFileSize = 128;
constexpr size_t kCookieAt = 236;
constexpr size_t kOptionsAt = 240;

// RFC 2132 section 9.3
constexpr u8 kOverloadFile = 1;
constexpr u8 kOverloadSname = 2;

std::optional<Bytes> find_in(Bytes field, u8 wanted) {
    DhcpOptionReader reader(field);
    u8 code = 0;
    Bytes value;
    while (reader.next(code, value)) {
        if (code == wanted) return value;
    }
    return std::nullopt;
}

StrView until_nul(Bytes field) {
    const StrView text = StrView::from(field);
    return text.first(text.find('\0'));
}

}  // namespace

bool DhcpOptionReader::next(u8& code, Bytes& value) {
    while (!rest_.empty() && rest_[0] == kDhcpPad) rest_ = rest_.subspan(1);
    // The last byte may be a code without a length; a length may point past the end.
    if (rest_.size() < 2 || rest_[0] == kDhcpEnd || rest_[1] > rest_.size() - 2) {
        rest_ = {};
        return false;
    }
    code = rest_[0];
    value = rest_.subspan(2, rest_[1]);
    rest_ = rest_.subspan(2 + value.size());
    return true;
}

std::optional<Bytes> encapsulated(Bytes options, u8 code) { return find_in(options, code); }

Result<DhcpMessage> DhcpMessage::parse(Bytes packet) {
    if (packet.size() < kOptionsAt) return Error::bad_format;
    if (load_be<u32>(packet.subspan(kCookieAt)) != kMagicCookie) return Error::bad_format;
    DhcpMessage message(packet);
    message.options_ = packet.subspan(kOptionsAt);
    // Only an overload in the options field counts: inside file it could not be honoured in order.
    const std::optional<Bytes> overload = find_in(message.options_, kDhcpOverload);
    if (!overload || overload->size() != 1) return message;
    if (((*overload)[0] & kOverloadFile) != 0) {
        message.file_overloaded_ = true;
        message.file_options_ = packet.subspan(kFileAt, kFileSize);
    }
    if (((*overload)[0] & kOverloadSname) != 0) {
        message.sname_overloaded_ = true;
        message.sname_options_ = packet.subspan(kSnameAt, kSnameSize);
    }
    return message;
}

StrView DhcpMessage::sname() const {
    return sname_overloaded_ ? StrView() : until_nul(packet_.subspan(kSnameAt, kSnameSize));
}

StrView DhcpMessage::file() const {
    return file_overloaded_ ? StrView() : until_nul(packet_.subspan(kFileAt, kFileSize));
}

DhcpType DhcpMessage::type() const {
    const std::optional<Bytes> value = find(kDhcpMessageType);
    if (!value || value->size() != 1) return DhcpType::none;
    return static_cast<DhcpType>((*value)[0]);
}

StrView DhcpMessage::boot_file() const {
    const StrView option = text(kDhcpBootFile);
    return option.empty() ? file() : option;
}

std::optional<Bytes> DhcpMessage::find(u8 code) const {
    for (Bytes field : {options_, file_options_, sname_options_}) {
        if (const std::optional<Bytes> value = find_in(field, code)) return value;
    }
    return std::nullopt;
}

size_t DhcpMessage::option(u8 code, MutableBytes out) const {
    size_t used = 0;
    for_each_option([&](u8 one, Bytes value) {
        if (one == code) used += copy_bytes(out.subspan(used), value);
    });
    return used;
}

size_t DhcpMessage::option_size(u8 code) const {
    size_t size = 0;
    for_each_option([&](u8 one, Bytes value) {
        if (one == code) size += value.size();
    });
    return size;
}

std::optional<Bytes> DhcpMessage::joined(u8 code, MutableBytes scratch) const {
    const std::optional<Bytes> first = find(code);
    if (!first || option_size(code) == first->size()) return first;
    return Bytes(scratch.first(option(code, scratch)));
}

std::optional<u8> DhcpMessage::encapsulated_number(u8 outer, u8 code) const {
    std::array<u8, kDhcpJoinedSize> scratch;
    const std::optional<Bytes> options = joined(outer, scratch);
    const std::optional<Bytes> value = options ? encapsulated(*options, code) : std::nullopt;
    if (!value || value->empty()) return std::nullopt;
    return value->back();  // of a wider number the low byte
}

std::optional<Ipv4Address> DhcpMessage::address(u8 code) const {
    const std::optional<Bytes> value = find(code);
    if (!value || value->size() < 4) return std::nullopt;
    return Ipv4Address{load_be<u32>(*value)};
}

std::optional<u16> DhcpMessage::number16(u8 code) const {
    const std::optional<Bytes> value = find(code);
    if (!value || value->size() != 2) return std::nullopt;
    return load_be<u16>(*value);
}

std::optional<u32> DhcpMessage::number32(u8 code) const {
    const std::optional<Bytes> value = find(code);
    if (!value || value->size() != 4) return std::nullopt;
    return load_be<u32>(*value);
}

StrView DhcpMessage::text(u8 code) const { return until_nul(find(code).value_or(Bytes())); }

DhcpWriter::DhcpWriter(MutableBytes out, const DhcpHeader& header) : writer_(out) {
    writer_.u8_(header.op);
    writer_.u8_(DhcpMessage::kEthernet);
    writer_.u8_(static_cast<u8>(header.chaddr.bytes.size()));
    writer_.u8_(0);  // hops
    writer_.be32_(header.xid);
    writer_.be16_(header.secs);
    writer_.be16_(header.flags);
    writer_.be32_(header.ciaddr.value);
    writer_.be32_(header.yiaddr.value);
    writer_.be32_(header.siaddr.value);
    writer_.be32_(0);  // giaddr
    writer_.bytes(header.chaddr.bytes);
    writer_.zeros(16 - header.chaddr.bytes.size() + kSnameSize + kFileSize);
    writer_.be32_(kMagicCookie);
}

void DhcpWriter::option(u8 code, Bytes value) {
    do {
        const Bytes piece = value.first(min<size_t>(value.size(), 255));
        writer_.u8_(code);
        writer_.u8_(static_cast<u8>(piece.size()));
        writer_.bytes(piece);
        value = value.subspan(piece.size());
    } while (!value.empty());
}

void DhcpWriter::option_be16(u8 code, u16 value) {
    std::array<u8, 2> bytes{};
    store_be<u16>(bytes, value);
    option(code, bytes);
}

void DhcpWriter::option_address(u8 code, Ipv4Address value) {
    std::array<u8, 4> bytes{};
    store_be<u32>(bytes, value.value);
    option(code, bytes);
}

Result<Bytes> DhcpWriter::finish(size_t minimum) {
    writer_.u8_(kDhcpEnd);
    if (writer_.size() < minimum) writer_.zeros(minimum - writer_.size());
    if (!writer_.ok()) return Error::too_large;
    return Bytes(writer_.written());
}

}  // namespace kedge::net::wire
