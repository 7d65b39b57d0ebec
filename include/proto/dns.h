// DNS stub resolver: RFC 1034 section 5.3.1, RFC 1035, 5452 (forged answers), 7766 (TCP).
#pragma once

#include "base/str.h"
#include "net/stack.h"
#include "net/wire/dns.h"
#include "proto/resolver.h"

namespace kedge::proto {

/// Addresses of names asked for before, as long as their time to live says.
class DnsCache {
  public:
    struct Entry {
        net::wire::DnsName name;
        net::wire::DnsAddresses found;
        Instant expires;
    };

    /// Null if there is none. Valid until the next call that is not const.
    const net::wire::DnsAddresses* find(const net::wire::DnsName& name, Instant now) const;
    /// For `ttl` seconds, at most an hour.
    void keep(const net::wire::DnsName& name, const net::wire::DnsAddresses& found, u32 ttl,
              Instant now);
    /// What other servers than these said is forgotten.
    void keep_only(const DnsConfig& config);

  private:
    std::array<Entry, 6> entries_{};
    std::array<net::Ipv4Address, DnsConfig::kMostServers> servers_{};
};

/// A datagram port that can be exchanged for another one.
class DnsPort : public net::DatagramPort {
  public:
    /// Takes a random port and gives up the one before. Error::busy.
    virtual Result<void> renew() = 0;

  protected:
    ~DnsPort() = default;
};

/// The conversation about one host alone, over any port.
class DnsExchange : public Lookup, public net::DatagramSink, public net::StreamSink {
  public:
    DnsExchange(DnsPort& port, net::Connector& connector, platform::Entropy& entropy,
                DnsCache& cache)
        : port_(port), connector_(connector), entropy_(entropy), cache_(cache) {}

    /// Nothing is sent before the first poll(). Error::no_memory.
    Result<void> start(StrView host, DnsConfig&& config, Instant now);

    void poll(Instant now) override;
    Instant poll_at() const override;
    State state() const override { return state_; }
    std::span<const net::Ipv4Address> addresses() const override { return found_.span(); }
    const Failure& failure() const override { return failure_; }

    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override;
    void on_connected() override;
    void on_data(const Parts& data) override;
    void on_closed(Error why) override;

  private:
    /// What poll() does when next_at_ has come.
    enum class Next : u8 { time_out, ask, ask_by_tcp, next_server, next_name };

    net::Endpoint server() const { return {config_.servers[server_], net::wire::kDnsPort}; }
    Result<net::wire::DnsName> take_candidate();
    void next_name(Instant now);
    void next_server(Instant now);
    void ask(Instant now);
    void ask_by_tcp(Instant now);
    void on_message(Bytes message);
    void on_code(net::wire::DnsCode code);
    void then(Next next);
    /// Why it did not work so far.
    void note(Error error, StrView cause, StrView hint = {});
    void fail(Error error, StrView cause, StrView hint = {});

    DnsPort& port_;
    net::Connector& connector_;
    platform::Entropy& entropy_;
    DnsCache& cache_;

    String host_;
    DnsConfig config_;
    State state_ = State::running;
    Next next_ = Next::next_name;
    Instant next_at_;
    Instant give_up_at_;
    Instant now_;

    // The names to try: the host in each domain of the search list, and as it is.
    StrView search_left_;
    bool plain_left_ = true;
    bool plain_first_ = true;
    bool searched_ = false;

    net::wire::DnsName name_;      // the one being tried
    net::wire::DnsName question_;  // the same, or where its aliases led
    unsigned aliases_ = 0;
    u32 ttl_ = 0;

    size_t server_ = 0;
    unsigned pass_ = 0;        // how often all servers have been asked about this name
    bool any_silent_ = false;  // in this pass: another one may help
    u16 id_ = 0;

    Unique<net::Stream> stream_;
    String message_;  // what came over it, with its length in front

    net::wire::DnsAddresses found_;
    Failure failure_;
    int kept_rank_ = 0;  // of failure_, when it is about a name tried before
};

/// The resolver of images. It must outlive its lookups, and the stack must outlive it.
class DnsResolver final : public Resolver {
  public:
    explicit DnsResolver(net::Stack& stack) : stack_(stack) {}

    Result<Unique<Lookup>> lookup(StrView host, Instant now) override;
    Result<net::Ipv4Address> resolve(StrView host) override;
    void set_config_source(const DnsConfigSource* source) override { source_ = source; }

  private:
    net::Stack& stack_;
    const DnsConfigSource* source_ = nullptr;
    DnsCache cache_;
};

}  // namespace kedge::proto
