// A DHCP packet as a block of settings.
#include "net/wire/dhcp.h"
#include "src/boot/setting_sources.h"

namespace kedge::boot {
namespace {

namespace wire = net::wire;

constexpr u32 kYiaddrTag = wire::kDhcpEtherboot << 8 | 2;
constexpr u32 kSiaddrTag = wire::kDhcpEtherboot << 8 | 3;

Result<void> assign_address(SettingValue& value, net::Ipv4Address address) {
    if (address.is_any()) return Error::not_found;
    value.bytes.clear();
    value.type = SettingType::ipv4;
    return store_number(SettingType::uint32, address.value, value.bytes);
}

Result<void> assign_text(SettingValue& value, StrView text) {
    if (text.empty()) return Error::not_found;
    return value.assign(text.bytes(), SettingType::string);
}

/// All occurrences of an option joined.
Result<void> read_option(const wire::DhcpMessage& message, u8 code, Vector<u8>& out) {
    if (!message.has(code)) return Error::not_found;
    const size_t size = message.option_size(code);
    out.clear();
    TRY(out.reserve(size));
    for (size_t i = 0; i < size; ++i) TRY(out.push_back(0));
    message.option(code, out.span());
    return {};
}

}  // namespace

Result<void> DhcpSettings::assign(Bytes packet) {
    IGNORE_RESULT(TRY(wire::DhcpMessage::parse(packet)));  // only whether it is one
    Vector<u8> copy;
    TRY(copy.reserve(packet.size()));
    for (u8 byte : packet) TRY(copy.push_back(byte));
    packet_ = std::move(copy);
    return {};
}

Result<void> DhcpSettings::fetch(const SettingKey& key, SettingValue& value) const {
    const Result<wire::DhcpMessage> message = wire::DhcpMessage::parse(packet_.span());
    if (!message.ok()) return Error::not_found;
    if (key.tag == kYiaddrTag) return assign_address(value, message->yiaddr());
    if (key.tag == kSiaddrTag) return assign_address(value, message->siaddr());
    if (key.tag == wire::kDhcpBootFile && message->text(wire::kDhcpBootFile).empty()) {
        return assign_text(value, message->file());
    }
    if (key.tag == wire::kDhcpTftpServerName && !message->has(wire::kDhcpTftpServerName)) {
        return assign_text(value, message->sname());
    }
    if (key.tag == 0 || key.tag > 0xffff) return Error::not_found;

    value.type = SettingType::string;
    if (key.tag <= 0xff) return read_option(*message, static_cast<u8>(key.tag), value.bytes);
    Vector<u8> outer;
    TRY(read_option(*message, static_cast<u8>(key.tag >> 8), outer));
    const std::optional<Bytes> inner = wire::encapsulated(outer.span(), static_cast<u8>(key.tag));
    return inner ? value.assign(*inner, SettingType::string) : Error::not_found;
}

}  // namespace kedge::boot
