// DNS messages: RFC 1035 sections 3.1 and 4, RFC 2181, RFC 3397 (names in DHCP option 119).
#pragma once

#include <optional>

#include "base/format.h"
#include "base/reader.h"
#include "base/result.h"
#include "net/address.h"

namespace kedge::net::wire {

inline constexpr u16 kDnsPort = 53;
inline constexpr size_t kDnsHeaderSize = 12;
inline constexpr size_t kDnsLargestDatagram = 512;  // without EDNS
inline constexpr size_t kDnsLargestQuery = kDnsHeaderSize + 255 + 4;

/// RFC 1035 section 4.1.1.
enum class DnsCode : u8 {
    none = 0,
    format_error = 1,
    server_failure = 2,
    no_such_name = 3,
    not_implemented = 4,
    refused = 5,
};

/// A domain name as labels with their lengths, ended by the root.
class DnsName {
  public:
    static constexpr size_t kLargest = 255;
    static constexpr size_t kLargestLabel = 63;

    /// From text with or without a final dot. Error::invalid_argument for what is no name: empty
    /// or too long labels, bytes that are not printable ASCII.
    static Result<DnsName> parse(StrView text);
    /// Becomes the name at `at` of a message, moving `at` behind it; false if it is broken.
    /// Pointers may lead only backwards, so that following them ends.
    bool decode(Bytes message, size_t& at);

    /// This name inside `suffix`. Error::too_large.
    Result<DnsName> within(const DnsName& suffix) const;

    Bytes bytes() const { return Bytes(bytes_).first(size_); }
    /// Letters of either case are the same (RFC 4343).
    bool operator==(const DnsName& other) const;

  private:
    bool append_label(Bytes label);

    u8 size_ = 1;
    std::array<u8, kLargest> bytes_{};
};

/// With dots; what is not printable is shown as '?'. The root is empty.
void format_to(TextSink& sink, const DnsName& name);

/// A question for the IPv4 addresses of `name`, recursion desired.
Bytes emit_dns_query(std::array<u8, kDnsLargestQuery>& out, u16 id, const DnsName& name);

/// The first addresses of a name, in the order in which the server gave them.
struct DnsAddresses {
    static constexpr size_t kMost = 8;

    std::array<Ipv4Address, kMost> list{};
    size_t count = 0;

    std::span<const Ipv4Address> span() const { return std::span(list).first(count); }
};

/// What an answer says about a name.
struct DnsAnswer {
    static constexpr unsigned kMostAliases = 16;

    DnsCode code = DnsCode::none;
    bool truncated = false;
    /// Where the aliases (CNAME) in this answer end.
    DnsName canonical;
    unsigned aliases = 0;  // how many were followed
    DnsAddresses found;
    u32 ttl = 0;  // of what was used: seconds

    /// Reads the answer to our question. Error::not_found if it is not one: another id or question,
    /// no answer at all. Error::bad_format if it is broken, Error::too_large if its aliases go on
    /// for ever.
    static Result<DnsAnswer> read(Bytes message, u16 id, const DnsName& question);
};

}  // namespace kedge::net::wire
