// DHCP on several cards at once.
#include "src/boot/session.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

/// One card's attempt.
class Attempt {
  public:
    Attempt(Port& its_port, bool opened) : port(its_port), opened_here(opened) {}

    Port& port;
    bool opened_here;

    bool over() const { return over_; }
    const proto::DhcpLease* lease() const {
        const bool bound = client_ && client_->state() == proto::DhcpClient::State::bound;
        return bound ? &client_->lease() : nullptr;
    }

    /// Of the attempt that got a lease.
    Unique<proto::DhcpClient> take_client() { return std::move(client_); }

    /// Starts the client as soon as there is a link, and ends it at its deadline.
    void poll(Session& session, Instant now, Instant link_deadline, Duration timeout) {
        if (over_) return;
        if (client_) return poll_client(session, now);
        if (port.interface.device().link_up()) return start(session, now, timeout);
        if (now < link_deadline) return;
        session.print("{}: no link: check cable and switch port\n", port.name());
        over_ = true;
        error = Error::network_unreachable;
    }

    /// Of an attempt that is over.
    Error error = Error::timed_out;

  private:
    void start(Session& session, Instant now, Duration timeout) {
        Result<Unique<proto::DhcpClient>> client = port.make_client(session);
        Result<void> status = client.error();
        if (client.ok()) {
            client_ = std::move(client).value();
            status = client_->start(now);
        }
        deadline_ = now + timeout;
        if (status.ok()) return;
        session.print("{}: DHCP: {}\n", port.name(), describe(status.error()));
        client_.reset();
        over_ = true;
        error = status.error();
    }

    void poll_client(Session& session, Instant now) {
        client_->poll(now);
        if (lease() != nullptr) return;
        if (now >= deadline_) client_->give_up(now);
        if (client_->state() != proto::DhcpClient::State::failed) return;
        session.print("{}\n", client_->failure());
        over_ = true;
        error = client_->failure().error;
    }

    Unique<proto::DhcpClient> client_;
    Instant deadline_;
    bool over_ = false;
};

class Configuration {
  public:
    Configuration(Session& session, Duration timeout) : session_(session), timeout_(timeout) {}

    Result<void> add(Port& port) {
        const bool was_open = port.open;
        const Result<void> opened = session_.network.open(port);
        if (!opened.ok()) {
            error_ = opened.error();
            return {};
        }
        return attempts_.push_back(TRY(make_unique<Attempt>(port, !was_open)));
    }

    /// The attempt that got a lease.
    Result<Attempt*> run() {
        Pump pump(session_);
        const Instant begin = session_.context.clock.now();
        const Instant link_deadline = begin + Network::kLinkTimeout;
        say_what_happens();
        while (true) {
            const Instant now = pump.step();
            if (pump.cancelled()) return Error::cancelled;
            bool all_over = true;
            for (const Unique<Attempt>& attempt : attempts_) {
                attempt->poll(session_, now, link_deadline, timeout_);
                if (attempt->lease() != nullptr) {
                    took_ = now - begin;
                    return attempt.get();
                }
                if (attempt->over()) error_ = attempt->error;
                all_over = all_over && attempt->over();
            }
            if (all_over) return error_;
            pump.rest(now);
        }
    }

    void close_losers(const Attempt& winner) {
        for (const Unique<Attempt>& attempt : attempts_) {
            if (attempt.get() != &winner && attempt->opened_here) {
                session_.network.close(attempt->port);
            }
        }
    }

    Duration took() const { return took_; }

  private:
    void say_what_happens() {
        for (const Unique<Attempt>& attempt : attempts_) {
            if (attempt->port.interface.device().link_up()) continue;
            session_.print("{}: waiting for the link\n", attempt->port.name());
        }
    }

    Session& session_;
    Duration timeout_;
    Vector<Unique<Attempt>> attempts_;
    Error error_ = Error::no_device;
    Duration took_;
};

/// What a script stored for this card or for all; not what a server said. Empty if nothing.
Result<String> stored_text(Session& session, const SettingsBlock& block, StrView name) {
    const SettingKey key = SettingKey::of(name);
    SettingValue value;
    String text;
    if (!block.fetch(key, value).ok() && !session.settings.root().fetch(key, value).ok()) {
        return text;
    }
    TRY(text.assign(StrView::from(value.bytes.span())));
    return text;
}

void print_lease(Session& session, const Port& port, net::Ipv4Address server, Duration took) {
    const net::Ipv4Config& config = port.interface.config();
    session.print("{}: {}/{}", port.name(), config.address, prefix_length(config.netmask));
    if (!config.gateway.is_any()) session.print(" gw {}", config.gateway);
    session.print(" (dhcp {}) in {.1} s\n", server, took.ms());
}

}  // namespace

Result<Unique<proto::DhcpClient>> Port::make_client(Session& session) {
    client.reset();  // it holds the UDP port
    proto::DhcpIdentity identity = session.context.dhcp_identity;
    user_class_ = TRY(stored_text(session, block, "user-class"));
    vendor_class_ = TRY(stored_text(session, block, "vendor-class"));
    if (!user_class_.empty()) identity.user_class = user_class_;
    if (!vendor_class_.empty()) identity.vendor_class = vendor_class_;
    return make_unique<proto::DhcpClient>(session.context.stack, interface, identity);
}

Result<Port*> Network::configure(std::span<Port* const> ports, Duration timeout) {
    if (ports.empty()) {
        session_.print("DHCP: no network card was found\n");
        return Error::no_device;
    }
    Configuration configuration(session_, timeout);
    for (Port* port : ports) TRY(configuration.add(*port));
    const Result<Attempt*> winner = configuration.run();
    // After a failure the cards stay open: a script may go on with an address of its own.
    if (!winner.ok()) return winner.error();
    configuration.close_losers(**winner);

    Port& port = (*winner)->port;
    port.client = (*winner)->take_client();
    forget_boot_servers();
    const net::Ipv4Address server = port.client->lease().server();
    TRY(use_lease(port));
    print_lease(session_, port, server, configuration.took());
    return &port;
}

Result<void> Network::use_lease(Port& port) {
    TRY(port.set_lease(port.client->lease().packet(), port.client->lease().config()));
    session_.settings.set_newest_interface(&port.block);
    apply_settings(port);
    // There is an address to ask ProxyDHCP servers from.
    poll(port, session_.context.clock.now());
    return {};
}

}  // namespace kedge::boot
