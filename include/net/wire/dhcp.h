// BOOTP and DHCPv4 messages: RFC 951, 2131 section 2, 2132 (options), 3396 (long options).
#pragma once

#include <optional>

#include "base/reader.h"
#include "base/result.h"
#include "base/str.h"
#include "net/address.h"

namespace kedge::net::wire {

inline constexpr u16 kDhcpServerPort = 67;
inline constexpr u16 kDhcpClientPort = 68;
inline constexpr u16 kProxyDhcpPort = 4011;  // PXE 2.1 section 2.2

/// RFC 2132 section 9.6. A BOOTP message has none.
enum class DhcpType : u8 {
    none = 0,
    discover = 1,
    offer = 2,
    request = 3,
    decline = 4,
    ack = 5,
    nak = 6,
    release = 7,
    inform = 8,
};

/// Option codes that our own code reads or writes. RFC 2132 unless noted.
enum DhcpOption : u8 {
    kDhcpPad = 0,
    kDhcpSubnetMask = 1,
    kDhcpRouters = 3,
    kDhcpDnsServers = 6,
    kDhcpLogServers = 7,
    kDhcpHostName = 12,
    kDhcpDomainName = 15,
    kDhcpRootPath = 17,
    kDhcpMtu = 26,
    kDhcpNtpServers = 42,
    kDhcpVendor = 43,
    kDhcpRequestedAddress = 50,
    kDhcpLeaseTime = 51,
    kDhcpOverload = 52,
    kDhcpMessageType = 53,
    kDhcpServerId = 54,
    kDhcpParameterList = 55,
    kDhcpMessageText = 56,
    kDhcpMaxMessageSize = 57,
    kDhcpRenewalTime = 58,
    kDhcpRebindingTime = 59,
    kDhcpVendorClass = 60,
    kDhcpClientId = 61,
    kDhcpTftpServerName = 66,
    kDhcpBootFile = 67,
    kDhcpUserClass = 77,           // RFC 3004
    kDhcpClientArchitecture = 93,  // RFC 4578
    kDhcpClientNdi = 94,           // RFC 4578
    kDhcpClientUuid = 97,          // RFC 4578
    kDhcpDomainSearch = 119,       // RFC 3397
    kDhcpClasslessRoutes = 121,    // RFC 3442
    kDhcpPxeFirst = 128,           // RFC 4578: 128 to 135 are for the site's own use
    kDhcpPxeLast = 135,
    kDhcpEtherboot = 175,  // encapsulated iPXE options
    kDhcpIscsiInitiator = 203,
    kDhcpMicrosoftRoutes = 249,  // MS-DHCPE section 2.2.8: as 121, from before RFC 3442
    kDhcpEnd = 255,
};

/// Goes through the options of one field (or of an encapsulated option): code, length, value. Pads
/// are passed over; the end option, or an option that does not fit into the field, ends it.
class DhcpOptionReader {
  public:
    constexpr explicit DhcpOptionReader(Bytes field) : rest_(field) {}

    /// The next option; false at the end.
    bool next(u8& code, Bytes& value);

  private:
    Bytes rest_;
};

/// What joined() needs for an option that may come in several pieces. Longer values are cut.
inline constexpr size_t kDhcpJoinedSize = 512;

/// The first option `code` inside an encapsulated one (43 or 175); nothing if there is none.
std::optional<Bytes> encapsulated(Bytes options, u8 code);

/// A checked view of a received message; the packet is borrowed.
class DhcpMessage {
  public:
    static constexpr u8 kRequest = 1;
    static constexpr u8 kReply = 2;
    static constexpr u8 kEthernet = 1;
    static constexpr u16 kBroadcastFlag = 0x8000;

    /// Error::bad_format when the fixed fields or the magic cookie are missing. Broken options are
    /// no error: they end their field.
    static Result<DhcpMessage> parse(Bytes packet);

    u8 op() const { return packet_[0]; }
    u8 hardware_type() const { return packet_[1]; }
    u32 xid() const { return load_be<u32>(packet_.subspan(4)); }
    u16 secs() const { return load_be<u16>(packet_.subspan(8)); }
    u16 flags() const { return load_be<u16>(packet_.subspan(10)); }
    Ipv4Address ciaddr() const { return address_at(12); }
    Ipv4Address yiaddr() const { return address_at(16); }
    Ipv4Address siaddr() const { return address_at(20); }
    Ipv4Address giaddr() const { return address_at(24); }
    /// As many bytes as hlen says, at most 16.
    Bytes chaddr() const { return packet_.subspan(28, min<size_t>(packet_[2], 16)); }
    /// The fixed fields up to their NUL; empty when option 52 gave them to options.
    StrView sname() const;
    StrView file() const;

    DhcpType type() const;
    /// Option 67, or else the file field. Of an option in several pieces only the first.
    StrView boot_file() const;

    /// Visits every option as `visit(u8 code, Bytes value)`, in the order of RFC 3396 section 5:
    /// the options field, then file and sname when overloaded. Repeated codes are visited
    /// repeatedly.
    template <typename Visit>
    void for_each_option(Visit&& visit) const {
        for (Bytes field : {options_, file_options_, sname_options_}) {
            DhcpOptionReader reader(field);
            u8 code = 0;
            Bytes value;
            while (reader.next(code, value)) visit(code, value);
        }
    }

    /// The value of the first option `code`, without copying; nothing if there is none. Right for
    /// options that cannot exceed 255 bytes.
    std::optional<Bytes> find(u8 code) const;
    bool has(u8 code) const { return find(code).has_value(); }
    /// Copies the value of option `code`, all its occurrences joined (RFC 3396), as far as it fits.
    /// Returns the number of bytes copied.
    size_t option(u8 code, MutableBytes out) const;
    /// The length of what option() would copy into a buffer large enough.
    size_t option_size(u8 code) const;
    /// The whole value without copying if it is in one piece, else joined in `scratch` as far as it
    /// fits; nothing if the option is absent.
    std::optional<Bytes> joined(u8 code, MutableBytes scratch) const;
    /// An option inside an encapsulated one (43 or 175); up to 512 bytes of `outer` are looked at.
    std::optional<u8> encapsulated_number(u8 outer, u8 code) const;

    /// Options of a fixed shape; nothing if absent or too short. Of a list, the first address.
    std::optional<Ipv4Address> address(u8 code) const;
    std::optional<u16> number16(u8 code) const;
    std::optional<u32> number32(u8 code) const;
    StrView text(u8 code) const;  // up to the first NUL

  private:
    explicit DhcpMessage(Bytes packet) : packet_(packet) {}
    Ipv4Address address_at(size_t offset) const { return {load_be<u32>(packet_.subspan(offset))}; }

    Bytes packet_;
    Bytes options_;
    Bytes file_options_;   // empty unless overloaded
    Bytes sname_options_;  // empty unless overloaded
    bool file_overloaded_ = false;
    bool sname_overloaded_ = false;
};

/// The fixed fields of a message to be sent.
struct DhcpHeader {
    u8 op = DhcpMessage::kRequest;
    u32 xid = 0;
    u16 secs = 0;
    u16 flags = 0;
    Ipv4Address ciaddr;
    Ipv4Address yiaddr;
    Ipv4Address siaddr;
    MacAddress chaddr;
};

/// Writes a message front to back. Overruns are reported once, by finish().
class DhcpWriter {
  public:
    DhcpWriter(MutableBytes out, const DhcpHeader& header);

    /// A value of more than 255 bytes is split as RFC 3396 says.
    void option(u8 code, Bytes value);
    void option(u8 code, StrView value) { option(code, value.bytes()); }
    void option_u8(u8 code, u8 value) { option(code, Bytes(&value, 1)); }
    void option_be16(u8 code, u16 value);
    void option_address(u8 code, Ipv4Address value);

    /// Ends the options and pads with zeros up to `minimum` bytes: the whole message.
    /// Error::too_large if it did not fit.
    Result<Bytes> finish(size_t minimum);

  private:
    Writer writer_;
};

}  // namespace kedge::net::wire
