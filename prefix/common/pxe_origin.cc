#include "prefix/common/pxe_origin.h"

#include "net/wire/dhcp.h"

namespace kedge {
namespace {

using net::wire::DhcpMessage;

net::Ipv4Address boot_server(const DhcpMessage& message) {
    if (!message.siaddr().is_any()) return message.siaddr();
    return message.address(net::wire::kDhcpServerId).value_or(net::Ipv4Address::any());
}

/// With the separator; empty for a file without a folder.
StrView folder_of(StrView path) {
    size_t end = path.size();
    while (end > 0 && path[end - 1] != '/' && path[end - 1] != '\\') --end;
    return path.first(end);
}

}  // namespace

std::optional<TftpFile> beside_boot_file(std::span<const Bytes> packets, StrView name) {
    for (const Bytes packet : packets) {
        const auto message = DhcpMessage::parse(packet);
        if (!message.ok() || message->boot_file().empty()) continue;
        TftpFile file;
        file.server = boot_server(*message);
        if (file.server.is_any()) continue;
        const StrView folder = folder_of(message->boot_file());
        // A name that had to be cut would be another file's; so would a URI's be for TFTP.
        if (folder.size() + name.size() > 255 || folder.find("://") != StrView::npos) continue;
        file.path.put(folder);
        file.path.put(name);
        return file;
    }
    return std::nullopt;
}

}  // namespace kedge
