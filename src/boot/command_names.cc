// nslookup, ntp.
#include "proto/ntp.h"
#include "src/boot/commands.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

/// Waits until the lookup has ended. Prints why it failed.
Result<void> finish(Session& session, proto::Lookup& lookup) {
    Pump pump(session);
    while (lookup.state() == proto::Lookup::State::running) {
        const Instant now = pump.step();
        if (pump.cancelled()) return Error::cancelled;
        lookup.poll(now);
        pump.rest(now);
    }
    if (lookup.state() == proto::Lookup::State::done) return {};
    session.print("{}\n", lookup.failure());
    return lookup.failure().error;
}

Result<void> nslookup(Session& session, Invocation& call) {
    const Result<Settings::Place> place = session.settings.locate(call.argument(0), true);
    if (!place.ok() || place->key.name.empty()) return call.misuse(call.argument(0));
    const Unique<proto::Lookup> lookup =
        TRY(session.context.resolver.lookup(call.argument(1), session.context.clock.now()));
    TRY(finish(session, *lookup));
    const SettingType type = place->key.type.value_or(SettingType::ipv4);
    Vector<u8> raw;
    TRY(read_setting(type, Text<15>("{}", lookup->addresses()[0]), raw));
    TRY(place->block->store(place->key, type, raw.span()));
    session.network.apply_settings();
    return {};
}

/// A conversation and the socket that it goes over, in this order of construction.
class NtpClient final : public net::DatagramSink {
  public:
    explicit NtpClient(net::Stack& stack)
        : socket_(stack, *this), exchange(socket_, stack.entropy()) {}

    Result<void> bind() { return socket_.bind(); }
    void on_datagram(net::Endpoint from, net::Ipv4Address to, const Parts& payload,
                     Instant now) override {
        exchange.on_datagram(from, to, payload, now);
    }

  private:
    net::UdpSocket socket_;

  public:
    proto::NtpExchange exchange;
};

Result<void> ntp(Session& session, Invocation& call) {
    const StrView host = call.argument(0);
    const Unique<proto::Lookup> lookup =
        TRY(session.context.resolver.lookup(host, session.context.clock.now()));
    TRY(finish(session, *lookup));
    NtpClient client(session.context.stack);
    TRY(client.bind());
    proto::NtpExchange& exchange = client.exchange;
    Pump pump(session);
    exchange.start(host, lookup->addresses(), pump.step());
    while (exchange.state() == proto::NtpExchange::State::running) {
        const Instant now = pump.step();
        if (pump.cancelled()) return Error::cancelled;
        exchange.poll(now);
        pump.rest(now);
    }
    if (exchange.state() == proto::NtpExchange::State::failed) {
        session.print("{}\n", exchange.failure());
        return exchange.failure().error;
    }
    session.wall_clock.set(exchange.unix_us(), exchange.at());
    return {};
}

constexpr Command kTable[] = {
    {"nslookup", nslookup, {}, 2, 2, "SETTING NAME", "Store the address of a host in a setting"},
    {"ntp", ntp, {}, 1, 1, "SERVER", "Ask a server what time it is, for ${unixtime}"},
};

}  // namespace

constinit const std::span<const Command> kNameCommands = kTable;

}  // namespace kedge::boot
