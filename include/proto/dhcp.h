// DHCPv4 client: RFC 2131, 2132, 4578 (PXE), with the packet of an iPXE client so that existing
// server configurations match.
#pragma once

#include "base/str.h"
#include "base/time.h"
#include "base/vector.h"
#include "net/stack.h"
#include "net/wire/dhcp.h"
#include "proto/failure.h"
#include "proto/pxe.h"

namespace kedge::proto {

/// A bound lease: what the interface gets, and the packet with everything else.
class DhcpLease {
  public:
    /// The whole BOOTP message of the DHCPACK.
    Bytes packet() const { return packet_.span(); }
    /// Address, mask, gateway, static routes (121 beats 3), MTU.
    const net::Ipv4Config& config() const { return config_; }
    net::Ipv4Address server() const { return server_; }            // option 54
    net::Ipv4Address next_server() const { return next_server_; }  // siaddr
    /// Does it say what to boot?
    bool names_file() const { return names_file_; }

  private:
    friend class DhcpExchange;
    Vector<u8> packet_;
    net::Ipv4Config config_;
    net::Ipv4Address server_;
    net::Ipv4Address next_server_;
    bool names_file_ = false;
    int priority_ = 0;
};

/// Checks address and mask and reads options 1, 3, 26 and 121. Error::bad_format with a few words
/// in `why` if no host could live with them; other nonsense is left out of the result.
Result<net::Ipv4Config> read_dhcp_config(const net::wire::DhcpMessage& message, u16 device_mtu,
                                         Text<96>& why);

/// Its server knows about booting: option 60 begins with PXEClient. It may offer an address too.
bool is_proxy_offer(const net::wire::DhcpMessage& message);

/// The conversation alone, over any port: no interface, no stack. DhcpClient is this plus a socket.
///
/// The first offer that can be used is taken at once. While that goes on, and for a while after,
/// the other answers to the DHCPDISCOVER are collected: the offers of ProxyDHCP servers, and one
/// that is better than what was taken (option 175.1 says so, or it names a file and the other does
/// not).
class DhcpExchange {
  public:
    enum class State : u8 { idle, selecting, requesting, bound, failed };

    /// The network card as the exchange sees it.
    struct Link {
        StrView name;  // for sentences; borrowed
        net::MacAddress mac;
        u16 mtu = 1500;
        bool has_address = false;  // then a unicast answer to a new one might not be received
    };

    DhcpExchange(net::DatagramPort& port, const DhcpIdentity& identity)
        : port_(port), identity_(identity) {}

    /// `transaction` should be unpredictable.
    void start(const Link& link, u32 transaction, Instant now);
    void poll(Instant now);
    Instant poll_at() const;
    void on_datagram(net::Endpoint from, const Parts& payload, Instant now);
    void give_up(bool link_up, Instant now);

    State state() const { return state_; }
    /// Of the state bound. It is renewed when its time has come (RFC 2131 section 4.4.5); when that
    /// fails until its end the state becomes failed.
    const DhcpLease& lease() const { return lease_; }
    const Failure& failure() const { return failure_; }

    /// Offers count until then; never before the first.
    Instant listens_until() const { return listens_until_; }
    /// The ProxyDHCP offer to be preferred so far; empty if there is none.
    Bytes proxy_offer() const { return proxy_offer_.span(); }
    /// A server forbade to wait for others (option 175.176).
    bool without_proxy() const { return without_proxy_; }

    /// Of the state bound: is there a better offer than the lease came from?
    bool has_better_offer() const { return state_ == State::bound && better_.has_value(); }
    /// Asks for it. The state is requesting until it is bound to the new lease, or to the old one
    /// when the server does not confirm.
    void take_better_offer(Instant now);

  private:
    struct Offer {
        Vector<u8> packet;
        net::Ipv4Address address;
        net::Ipv4Address server;
        int priority = 0;
        bool bootp = false;  // came without option 53: there is nothing to request
        bool names_file = false;

        bool beats(int other_priority, bool other_names_file) const {
            if (priority != other_priority) return priority > other_priority;
            return names_file && !other_names_file;
        }
    };

    void send(Instant now);
    void start_over(Instant at);
    void on_offer(const net::wire::DhcpMessage& message, Vector<u8> packet, Instant now);
    void on_answer(const net::wire::DhcpMessage& message, Vector<u8> packet, Instant now);
    void keep_proxy_offer(const net::wire::DhcpMessage& message, Bytes packet);
    void keep_offer(Offer offer, Instant now);
    void take_offer(Instant now);
    void bind(const net::wire::DhcpMessage& message, net::Ipv4Address server, Vector<u8> packet,
              Instant now);
    void poll_lease(Instant now);
    void set_lease_times(const net::wire::DhcpMessage& message, Instant now);
    void lose_lease(Error error, StrView cause);
    /// What of an interval is waited: other machines were switched on in the same moment.
    Duration with_jitter(Duration interval) const;
    /// Remembers what went wrong last, for the sentence of give_up().
    void note(Error error, net::Ipv4Address peer, StrView cause, StrView hint = {});

    net::DatagramPort& port_;
    DhcpIdentity identity_;
    Link link_;
    u32 transaction_ = 0;
    State state_ = State::idle;
    Instant started_;
    Instant sent_at_;
    Instant send_at_;
    Duration discover_interval_;
    Duration request_interval_;
    unsigned request_tries_ = 0;
    std::optional<Offer> offer_;
    std::optional<Offer> better_;
    Vector<u8> proxy_offer_;
    int proxy_priority_ = 0;
    bool proxy_complete_ = false;
    bool without_proxy_ = false;
    Instant listens_until_ = Instant::never();
    DhcpLease lease_;
    // Of the state bound, and to be gone back to while something better is asked for.
    bool has_lease_ = false;
    Instant renew_at_ = Instant::never();
    Instant rebind_at_ = Instant::never();
    Instant expires_at_ = Instant::never();
    Failure trouble_;
    Failure failure_;
};

/// One configuration attempt on one interface, and after it the care for the lease and the servers
/// that say what to boot. The interface is configured by the caller from the lease, not by the
/// client.
class DhcpClient final : public net::DatagramSink {
  public:
    using State = DhcpExchange::State;

    DhcpClient(net::Stack& stack, net::Interface& interface, const DhcpIdentity& identity);

    /// Takes port 68 of the interface. Error::busy if that is taken.
    Result<void> open() { return socket_.bind(net::wire::kDhcpClientPort); }
    /// open(), and sends the first DHCPDISCOVER.
    Result<void> start(Instant now);
    void poll(Instant now);
    Instant poll_at() const { return min(exchange_.poll_at(), pxe_.poll_at()); }
    State state() const { return exchange_.state(); }
    /// Once state() is bound.
    const DhcpLease& lease() const { return exchange_.lease(); }
    /// Once state() is failed: after give_up(), or when a lease was lost.
    const Failure& failure() const { return exchange_.failure(); }
    /// Ends the attempt (deadline over): state() becomes failed and failure() says what was
    /// missing.
    void give_up(Instant now);

    /// After the lease: the message of a ProxyDHCP server that belongs to it, once; empty as long
    /// as there is none.
    Vector<u8> take_proxy();
    /// Nothing will come any more that could change what is to be booted.
    bool settled(Instant now) const;
    /// Not settled(), but what the lease says might do: no ProxyDHCP server was heard so far.
    bool only_listening() const { return proxy_ == Proxy::listening; }
    /// Why a ProxyDHCP server that made an offer had nothing else to say; null if it had.
    const Failure* proxy_failure() const {
        return proxy_ == Proxy::failed ? &pxe_.failure() : nullptr;
    }

    bool has_better_offer() const { return exchange_.has_better_offer(); }
    void take_better_offer(Instant now) { exchange_.take_better_offer(now); }

    /// A question of one's own to boot servers. Ends waiting for ProxyDHCP.
    void ask_boot_servers(const PxeExchange::Question& question, Instant now);
    const PxeExchange& boot_servers() const { return pxe_; }

    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override;

  private:
    enum class Proxy : u8 { listening, asking, done, failed };

    void poll_proxy(Instant now);

    net::Stack& stack_;
    net::Interface& interface_;
    net::UdpSocket socket_;
    DhcpExchange exchange_;
    PxeExchange pxe_;
    Proxy proxy_ = Proxy::listening;
    Vector<u8> proxy_message_;
};

}  // namespace kedge::proto
