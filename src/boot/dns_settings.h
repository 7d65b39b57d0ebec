// The settings `dns`, `domain` and `dnssl` as the resolver wants them.
#pragma once

#include "proto/resolver.h"
#include "src/boot/settings.h"

namespace kedge::boot {

/// Of a setting of one or more addresses, as DHCP sends them or as text; zero if it is none.
net::Ipv4Address first_address(Bytes value);

/// Serves the resolver from its construction to its destruction.
class DnsSettings final : public proto::DnsConfigSource {
  public:
    DnsSettings(Settings& settings, proto::Resolver& resolver)
        : settings_(settings), resolver_(resolver) {
        resolver_.set_config_source(this);
    }
    ~DnsSettings() { resolver_.set_config_source(nullptr); }
    DnsSettings(const DnsSettings&) = delete;
    DnsSettings& operator=(const DnsSettings&) = delete;

    Result<proto::DnsConfig> dns_config() const override;

  private:
    Settings& settings_;
    proto::Resolver& resolver_;
};

}  // namespace kedge::boot
