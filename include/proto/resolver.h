// Resolver: from the host of a URI to its addresses.
#pragma once

#include "base/str.h"
#include "base/time.h"
#include "base/unique.h"
#include "net/address.h"
#include "proto/failure.h"

namespace kedge::proto {

/// One name on its way to its addresses. Destroying it forgets the question.
class Lookup {
  public:
    enum class State : u8 { running, done, failed };

    virtual ~Lookup() = default;

    virtual void poll(Instant now) = 0;
    /// When poll() wants to be called although nothing arrived.
    virtual Instant poll_at() const = 0;
    virtual State state() const = 0;
    /// At least one once state() is done, in the order in which they should be tried.
    virtual std::span<const net::Ipv4Address> addresses() const = 0;
    /// Why, once state() is failed; its error is Error::unknown_host where the name is to blame.
    virtual const Failure& failure() const = 0;
};

/// Whom to ask for names, and what may be added to them.
struct DnsConfig {
    static constexpr size_t kMostServers = 4;

    std::array<net::Ipv4Address, kMostServers> servers{};
    size_t server_count = 0;
    String search;  // domains in the order to try, with white space or commas between
};

/// Who knows the configuration; it is read at the beginning of each lookup.
class DnsConfigSource {
  public:
    /// Error::no_memory.
    virtual Result<DnsConfig> dns_config() const = 0;

  protected:
    ~DnsConfigSource() = default;
};

class Resolver {
  public:
    /// From now on; borrowed. Null: nobody, only addresses can be looked up.
    virtual void set_config_source(const DnsConfigSource*) {}

    /// A started lookup; dotted quads are done at once. Fails at once only with Error::no_memory,
    /// everything else is a failed lookup with its sentence. `host` is copied.
    virtual Result<Unique<Lookup>> lookup(StrView host, Instant now) = 0;

    /// The blocking form of old, for addresses only: goes away with its last user.
    virtual Result<net::Ipv4Address> resolve(StrView host) = 0;

  protected:
    ~Resolver() = default;
};

/// Knows dotted quads only.
class AddressResolver final : public Resolver {
  public:
    Result<Unique<Lookup>> lookup(StrView host, Instant now) override;
    Result<net::Ipv4Address> resolve(StrView host) override {
        const std::optional<net::Ipv4Address> address = net::Ipv4Address::parse(host);
        if (!address) return Error::not_supported;
        return *address;
    }
};

}  // namespace kedge::proto
