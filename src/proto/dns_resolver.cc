// What lookups share, and the socket of one: apart from dns.cc, which knows only a DnsPort.
#include "proto/dns.h"

namespace kedge::proto {

using net::wire::DnsAddresses;
using net::wire::DnsName;

namespace {

constexpr u32 kLongestTtl = 3600;

/// A socket that is replaced for every question: RFC 5452 section 9.2.
class FreshSocket final : public DnsPort {
  public:
    explicit FreshSocket(net::Stack& stack) : stack_(stack) {}
    void set_sink(net::DatagramSink& sink) { sink_ = &sink; }

    u16 local_port() const override { return socket_ ? socket_->local_port() : u16{0}; }
    Result<void> send_to(net::Endpoint to, Bytes payload) override {
        return socket_ ? socket_->send_to(to, payload) : Error::not_connected;
    }
    Result<void> renew() override {
        socket_.emplace(stack_, *sink_);
        return socket_->bind();
    }

  private:
    net::Stack& stack_;
    net::DatagramSink* sink_ = nullptr;
    std::optional<net::UdpSocket> socket_;
};

struct SocketHolder {
    FreshSocket socket;
};

/// A conversation and the socket that it goes over, in this order of construction.
class SocketLookup final : private SocketHolder, public DnsExchange {
  public:
    SocketLookup(net::Stack& stack, DnsCache& cache)
        : SocketHolder{FreshSocket(stack)}, DnsExchange(socket, stack, stack.entropy(), cache) {
        socket.set_sink(*this);
    }
};

}  // namespace

const DnsAddresses* DnsCache::find(const DnsName& name, Instant now) const {
    for (const Entry& entry : entries_) {
        if (now < entry.expires && entry.name == name) return &entry.found;
    }
    return nullptr;
}

void DnsCache::keep(const DnsName& name, const DnsAddresses& found, u32 ttl, Instant now) {
    Entry* place = &entries_[0];
    for (Entry& entry : entries_) {
        if (entry.expires < place->expires) place = &entry;
    }
    *place = {name, found, now + Duration::seconds(min(ttl, kLongestTtl))};
}

void DnsCache::keep_only(const DnsConfig& config) {
    if (servers_ == config.servers) return;
    servers_ = config.servers;
    entries_ = {};
}

Result<Unique<Lookup>> DnsResolver::lookup(StrView host, Instant now) {
    DnsConfig config;
    if (source_ != nullptr) config = TRY(source_->dns_config());
    Unique<SocketLookup> lookup = TRY(make_unique<SocketLookup>(stack_, cache_));
    TRY(lookup->start(host, std::move(config), now));
    return Unique<Lookup>(std::move(lookup));
}

Result<net::Ipv4Address> DnsResolver::resolve(StrView host) {
    const std::optional<net::Ipv4Address> address = net::Ipv4Address::parse(host);
    if (!address) return Error::not_supported;
    return *address;
}

}  // namespace kedge::proto
