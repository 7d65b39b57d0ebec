#include "src/proto/dhcp_message.h"

#include "net/wire/pxe.h"
#include "src/proto/identity.h"

namespace kedge::proto {

namespace {

using namespace net::wire;
using net::Ipv4Address;
using net::Ipv4Config;

constexpr u16 kSmallestMtu = 576;  // RFC 791: what every host accepts
constexpr size_t kIpAndUdpHeaders = 28;

// Sub-options of 175.
constexpr u8 kPriority = 0x01;
constexpr u8 kNoProxy = 0xb0;
constexpr u8 kBusId = 0xb1;
constexpr u8 kVersion = 0xeb;

constexpr u8 kFeaturePxe = 0x10;

// Features, as sub-options of 175: only what this program does.
constexpr std::array<u8, 7> kFeatures = {
    0x13,  // HTTP
    0x15,  // TFTP
    0x17,  // DNS
    0x18,  // bzImage
    0x27,  // menus
    kFeaturePxe,
    0x24,  // EFI, the last one: not under BIOS
};

constexpr std::array<u8, 25> kParameters = {
    kDhcpSubnetMask,     kDhcpRouters,      kDhcpDnsServers,      kDhcpLogServers,
    kDhcpHostName,       kDhcpDomainName,   kDhcpRootPath,        kDhcpMtu,
    kDhcpNtpServers,     kDhcpVendor,       kDhcpVendorClass,     kDhcpTftpServerName,
    kDhcpBootFile,       kDhcpDomainSearch, kDhcpClasslessRoutes, kDhcpPxeFirst,
    kDhcpPxeFirst + 1,   kDhcpPxeFirst + 2, kDhcpPxeFirst + 3,    kDhcpPxeFirst + 4,
    kDhcpPxeFirst + 5,   kDhcpPxeFirst + 6, kDhcpPxeLast,         kDhcpEtherboot,
    kDhcpIscsiInitiator,
};

void put_sub_option(Writer& out, u8 code, Bytes value) {
    out.u8_(code);
    out.u8_(static_cast<u8>(value.size()));
    out.bytes(value);
}

void put_etherboot_options(DhcpWriter& to, const DhcpIdentity& identity) {
    std::array<u8, 64> bytes{};
    Writer out(bytes);
    const bool efi = identity.architecture != 0;
    for (u8 feature : Bytes(kFeatures).first(kFeatures.size() - (efi ? 0 : 1))) {
        const u8 version = feature == kFeaturePxe ? 2 : 1;
        put_sub_option(out, feature, Bytes(&version, 1));
    }
    put_sub_option(out, kVersion, kIpxeVersion);
    if (identity.bus_type != 0) {
        std::array<u8, 5> bus{identity.bus_type};
        store_be<u16>(MutableBytes(bus).subspan(1), identity.bus_vendor);
        store_be<u16>(MutableBytes(bus).subspan(3), identity.bus_device);
        put_sub_option(out, kBusId, bus);
    }
    to.option(kDhcpEtherboot, out.written());
}

void put_identity(DhcpWriter& out, const DhcpIdentity& identity, const net::MacAddress& mac) {
    const auto [major, minor] = identity.ndi_version;
    const Text<48> vendor_class("PXEClient:Arch:{05}:UNDI:{03}{03}", identity.architecture, major,
                                minor);
    out.option(kDhcpVendorClass,
               identity.vendor_class.empty() ? vendor_class.view() : identity.vendor_class);
    // Raw bytes, against RFC 3004: servers match exactly this to end a chain of loaders.
    out.option(kDhcpUserClass, identity.user_class);
    out.option_be16(kDhcpClientArchitecture, identity.architecture);
    out.option(kDhcpClientNdi, std::array<u8, 3>{1, major, minor});

    std::array<u8, 7> client_id{DhcpMessage::kEthernet};
    copy_bytes(MutableBytes(client_id).subspan(1), mac.bytes);
    out.option(kDhcpClientId, client_id);
    if (identity.uuid != std::array<u8, 16>{}) {
        std::array<u8, 17> uuid{};  // type 0: a UUID follows
        copy_bytes(MutableBytes(uuid).subspan(1), identity.uuid);
        out.option(kDhcpClientUuid, uuid);
    }
}

/// The mask of the address's class (RFC 791), for servers that send none.
Ipv4Address class_mask(Ipv4Address address) {
    if (address.value >> 31 == 0) return Ipv4Address::of(255, 0, 0, 0);
    if (address.value >> 30 == 2) return Ipv4Address::of(255, 255, 0, 0);
    return Ipv4Address::of(255, 255, 255, 0);
}

u32 mask_of_length(unsigned length) { return length == 0 ? 0 : ~u32{0} << (32 - length); }

bool is_contiguous(Ipv4Address mask) {
    const u32 host_bits = ~mask.value;
    return (host_bits & (host_bits + 1)) == 0;
}

bool is_host_address(Ipv4Address address) {
    return address.value >> 24 != 0 && !address.is_loopback() && !address.is_multicast() &&
           !address.is_broadcast();
}

/// The first or last address of a subnet belongs to no host, unless it is as small as RFC 3021.
bool is_subnet_itself(Ipv4Address address, Ipv4Address mask) {
    const u32 host_bits = ~mask.value;
    const u32 host = address.value & host_bits;
    return host_bits > 1 && (host == 0 || host == host_bits);
}

/// RFC 3442. A malformed option counts as absent, so that option 3 still leads somewhere.
bool read_classless_routes(Bytes option, Ipv4Config& config) {
    Reader in(option);
    Ipv4Config out = config;
    while (in.remaining() > 0) {
        const u8 length = in.u8_();
        if (length > 32) return false;
        const Bytes significant = in.bytes((length + 7u) / 8);
        const Ipv4Address gateway{in.be32_()};
        if (!in.ok()) return false;
        std::array<u8, 4> destination{};
        copy_bytes(destination, significant);
        if (length == 0) {
            out.gateway = gateway;
            continue;
        }
        if (out.route_count == out.routes.size()) continue;
        out.routes[out.route_count++] = {
            {load_be<u32>(destination) & mask_of_length(length)}, length, gateway};
    }
    config = out;
    return true;
}

void read_routes(const DhcpMessage& message, Ipv4Config& config) {
    std::array<u8, kDhcpJoinedSize> scratch;
    for (u8 code : {kDhcpClasslessRoutes, kDhcpMicrosoftRoutes}) {
        const size_t size = message.option(code, scratch);
        if (size != 0 && read_classless_routes(Bytes(scratch).first(size), config)) return;
    }
    config.gateway = message.address(kDhcpRouters).value_or(Ipv4Address());
}

}  // namespace

Result<Bytes> build_dhcp_query(MutableBytes out, const DhcpIdentity& identity,
                               const DhcpQuery& query) {
    DhcpHeader header;
    header.xid = query.transaction;
    header.secs = query.secs;
    header.ciaddr = query.client;
    header.flags = query.broadcast ? DhcpMessage::kBroadcastFlag : u16{0};
    header.chaddr = query.mac;
    DhcpWriter writer(out, header);
    writer.option_u8(kDhcpMessageType, static_cast<u8>(query.type));
    if (!query.requested.is_any()) writer.option_address(kDhcpRequestedAddress, query.requested);
    if (!query.server.is_any()) writer.option_address(kDhcpServerId, query.server);
    writer.option_be16(kDhcpMaxMessageSize,
                       static_cast<u16>(max(query.mtu, kSmallestMtu) - kIpAndUdpHeaders));
    put_identity(writer, identity, query.mac);
    writer.option(kDhcpParameterList, kParameters);
    put_etherboot_options(writer, identity);
    if (query.item) {
        std::array<u8, 7> item{kPxeBootItem, 4};  // type and layer 0, then the end
        store_be<u16>(MutableBytes(item).subspan(2), *query.item);
        item.back() = kDhcpEnd;
        writer.option(kDhcpVendor, item);
    }
    return writer.finish(kDhcpMinimumSize);
}

Result<Ipv4Config> read_dhcp_config(const DhcpMessage& message, u16 device_mtu, Text<96>& why) {
    Ipv4Config config;
    config.address = message.yiaddr();
    if (!is_host_address(config.address)) {
        format(why, "{} is not an address for a host", config.address);
        return Error::bad_format;
    }
    config.netmask = message.address(kDhcpSubnetMask).value_or(Ipv4Address());
    if (config.netmask.is_any()) config.netmask = class_mask(config.address);
    if (!is_contiguous(config.netmask)) {
        format(why, "{} is not a netmask", config.netmask);
        return Error::bad_format;
    }
    if (is_subnet_itself(config.address, config.netmask)) {
        format(why, "{} with netmask {} is no host's address", config.address, config.netmask);
        return Error::bad_format;
    }
    const u16 mtu = message.number16(kDhcpMtu).value_or(0);
    if (mtu >= kSmallestMtu && mtu < device_mtu) config.mtu = mtu;
    read_routes(message, config);
    return config;
}

bool is_dhcp_answer(const Parts& payload, u32 transaction, const net::MacAddress& mac) {
    if (payload.size() > kDhcpLargestPacket) return false;
    std::array<u8, 34> head{};
    if (payload.copy_to(head) != head.size()) return false;
    Reader in(head);
    const u8 op = in.u8_();
    const u8 hardware_type = in.u8_();
    const u8 hardware_size = in.u8_();
    in.skip(1);
    const u32 xid = in.be32_();
    in.skip(20);
    return op == DhcpMessage::kReply && hardware_type == DhcpMessage::kEthernet &&
           hardware_size == mac.bytes.size() && xid == transaction &&
           equal_bytes(in.rest(), mac.bytes);
}

Result<Vector<u8>> copy_of(const Parts& parts) {
    Vector<u8> out;
    TRY(out.reserve(parts.size()));
    Result<void> status;
    parts.for_each([&](Bytes piece) {
        for (u8 byte : piece) {
            if (status.ok()) status = out.push_back(byte);
        }
    });
    TRY(status);
    return out;
}

int dhcp_priority(const DhcpMessage& message) {
    return static_cast<i8>(message.encapsulated_number(kDhcpEtherboot, kPriority).value_or(0));
}

bool dhcp_without_proxy(const DhcpMessage& message) {
    return message.encapsulated_number(kDhcpEtherboot, kNoProxy).value_or(0) != 0;
}

bool is_proxy_offer(const DhcpMessage& message) {
    return message.text(kDhcpVendorClass).starts_with("PXEClient");
}

bool has_boot_information(const DhcpMessage& message) {
    if (!message.boot_file().empty() && !message.siaddr().is_any()) return true;
    std::array<u8, kDhcpJoinedSize> scratch;
    return !PxeOptions(message, scratch).menu().empty();
}

}  // namespace kedge::proto
