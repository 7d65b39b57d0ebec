// Resolver: from the host of a URI to an address.
#pragma once

#include "base/result.h"
#include "base/str.h"
#include "net/address.h"

namespace kedge::proto {

class Resolver {
  public:
    /// Error::not_supported when only addresses can be used, Error::not_found when the name has
    /// none.
    virtual Result<net::Ipv4Address> resolve(StrView host) = 0;

  protected:
    ~Resolver() = default;
};

/// Knows dotted quads only: until there is DNS.
class AddressResolver final : public Resolver {
  public:
    Result<net::Ipv4Address> resolve(StrView host) override {
        const std::optional<net::Ipv4Address> address = net::Ipv4Address::parse(host);
        if (!address) return Error::not_supported;
        return *address;
    }
};

}  // namespace kedge::proto
