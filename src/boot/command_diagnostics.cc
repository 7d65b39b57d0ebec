// ping, ipstat, nstat: is the network what a script thinks it is?
#include "net/ping.h"
#include "src/boot/commands.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

/// The address of a host. Why there is none is printed.
Result<net::Ipv4Address> find_host(Session& session, StrView host) {
    const Unique<proto::Lookup> lookup =
        TRY(session.context.resolver.lookup(host, session.context.clock.now()));
    Pump pump(session);
    while (lookup->state() == proto::Lookup::State::running) {
        const Instant now = pump.step();
        if (pump.cancelled()) return Error::cancelled;
        lookup->poll(now);
        pump.rest(now);
    }
    if (lookup->state() == proto::Lookup::State::done) return lookup->addresses()[0];
    session.print("{}\n", lookup->failure());
    return lookup->failure().error;
}

/// Prints what arrives and remembers what the waiting loop must know.
class PingReport final : public net::PingSink {
  public:
    PingReport(Session& session, bool quiet) : session_(session), quiet_(quiet) {}

    void begin(u16 sequence, Instant now) {
        sequence_ = sequence;
        sent_at_ = now;
        over_ = false;
    }
    /// Has the request of the last begin() been answered, or given up?
    bool over() const { return over_; }
    /// Of all requests: none if any was answered.
    Error error() const { return error_; }

    void on_reply(net::Ipv4Address from, u16 sequence, size_t size, Instant now) override {
        error_ = Error::none;
        if (sequence == sequence_) over_ = true;
        if (quiet_) return;
        session_.print("{} bytes from {}: seq={}", size, from, sequence);
        if (sequence == sequence_) session_.print(" time={} ms", (now - sent_at_).ms());
        session_.print("\n");
    }

    void on_unreachable(net::Ipv4Address from, u16 sequence, Error why) override {
        if (sequence == sequence_) over_ = true;
        if (error_ != Error::none) error_ = why;
        if (!quiet_) session_.print("from {}: seq={}: {}\n", from, sequence, describe(why));
    }

  private:
    Session& session_;
    bool quiet_;
    bool over_ = true;
    u16 sequence_ = 0;
    Instant sent_at_;
    Error error_ = Error::timed_out;
};

/// Waits until `end`, or only for the answer. False after Ctrl-C.
bool wait_for_answer(Pump& pump, const PingReport& report, Instant end, bool is_last) {
    Instant now = pump.step();
    while (now < end && !(is_last && report.over())) {
        if (pump.cancelled()) return false;
        pump.rest(now);
        now = pump.step();
    }
    return !pump.cancelled();
}

constexpr OptionSpec kPingOptions[] = {
    {"size", 's', true}, {"timeout", 't', true}, {"count", 'c', true}, {"quiet", 'q', false}};

Result<void> ping(Session& session, Invocation& call) {
    constexpr Duration kInterval = Duration::seconds(1);
    const u64 size = TRY(call.number("size", 64));
    const u64 count = TRY(call.number("count", 0));  // 0: until Ctrl-C
    const Duration interval = TRY(call.milliseconds("timeout")).value_or(kInterval);
    const net::Ipv4Address host = TRY(find_host(session, call.argument(0)));

    PingReport report(session, call.has("quiet"));
    net::Ping series(session.context.stack, report);
    Pump pump(session);
    for (u64 i = 1; count == 0 || i <= count; ++i) {
        const u16 sequence = static_cast<u16>(i);
        const Instant now = pump.step();
        report.begin(sequence, now);
        const Result<void> sent = series.send(host, sequence, size);
        if (!sent.ok()) report.on_unreachable(host, sequence, sent.error());
        // Nothing that could change while we wait.
        if (sent.error() == Error::too_large) return sent;
        if (!wait_for_answer(pump, report, now + interval, i == count)) {
            return report.error() == Error::none ? Error::none : Error::cancelled;
        }
        if (!report.over()) report.on_unreachable(host, sequence, Error::timed_out);
    }
    return report.error();
}

Result<void> ipstat(Session& session, Invocation&) {
    const net::Stack::Counters& counters = session.context.stack.counters();
    session.print(
        "{} frames, {} bytes received, {} dropped\nTCP: {} retransmits, {} out of order, {} open\n",
        counters.frames, counters.bytes, counters.dropped, counters.tcp_retransmits,
        counters.tcp_out_of_order, session.context.stack.open_streams());
    return {};
}

Result<void> nstat(Session& session, Invocation&) {
    for (const Unique<Port>& port : session.network.ports()) {
        for (size_t i = 0; const auto neighbour = port->interface.neighbour(i); ++i) {
            if (neighbour->address.is_any()) continue;
            session.print("{}: {} is at {}\n", port->name(), neighbour->address, neighbour->mac);
        }
    }
    return {};
}

constexpr Command kTable[] = {
    {"ping", ping, kPingOptions, 1, 1, "[--size BYTES] [--timeout MS] [--count N] [--quiet] HOST",
     "Send echo requests; success if any is answered"},
    {"ipstat", ipstat, {}, 0, 0, "", "Show what the network stack has counted"},
    {"nstat", nstat, {}, 0, 0, "", "List the neighbours whose addresses ARP knows"},
};

}  // namespace

constinit const std::span<const Command> kDiagnosticCommands = kTable;

}  // namespace kedge::boot
