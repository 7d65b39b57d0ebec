// The Internet checksum, RFC 1071.
#pragma once

#include "base/parts.h"
#include "net/address.h"

namespace kedge::net::wire {

/// Sums any number of pieces, of odd lengths too, in order.
class InternetChecksum {
  public:
    void add(Bytes bytes);
    void add(const Parts& parts) {
        parts.for_each([this](Bytes piece) { add(piece); });
    }
    /// The IPv4 pseudo header of UDP and TCP: RFC 9293 section 3.1. Only before odd-sized data.
    void add_pseudo_header(net::Ipv4Address source, net::Ipv4Address destination, u8 protocol,
                           size_t length);

    /// The value for the checksum field (big-endian on the wire). Over data that includes a correct
    /// checksum it is zero.
    u16 value() const;

  private:
    u64 sum_ = 0;  // of big-endian 16-bit words, not yet folded
    bool odd_ = false;
};

inline u16 internet_checksum(Bytes bytes) {
    InternetChecksum sum;
    sum.add(bytes);
    return sum.value();
}

}  // namespace kedge::net::wire
