// dhcp, ifopen, ifclose, ifstat, iflinkwait, route, autoboot.
#include "src/boot/autoboot.h"
#include "src/boot/commands.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

/// The ports named, or all. The unknown one is printed.
Result<Vector<Port*>> named_ports(const Session& session, const Invocation& call) {
    Vector<Port*> ports;
    for (const String& name : call.arguments()) {
        Port* port = session.network.find(name);
        if (port == nullptr) {
            session.print("{}: {}: no such network card\n", call.command(), name);
            return Error::no_device;
        }
        TRY(ports.push_back(port));
    }
    if (call.count() != 0) return ports;
    for (const Unique<Port>& port : session.network.ports()) TRY(ports.push_back(port.get()));
    return ports;
}

Result<void> open(Session& session, Invocation& call) {
    Result<void> status;
    for (Port* port : TRY(named_ports(session, call))) {
        const Result<void> opened = session.network.open(*port);
        if (!opened.ok()) status = opened;
    }
    return status;
}

Result<void> close(Session& session, Invocation& call) {
    for (Port* port : TRY(named_ports(session, call))) session.network.close(*port);
    return {};
}

Result<void> stat(Session& session, Invocation& call) {
    for (const Port* port : TRY(named_ports(session, call))) {
        const net::NetDevice& device = port->interface.device();
        const net::Interface::Counters& counters = port->interface.counters();
        session.print("{}: {} {} at {}, {}, link {}\n", port->name(), port->interface.mac(),
                      device.chip(), device.location(), port->open ? "open" : "closed",
                      !port->open        ? "unknown"
                      : device.link_up() ? "up"
                                         : "down");
        session.print("  received: {} frames, {} bytes, {} dropped, {} damaged\n",
                      counters.received, counters.received_bytes, counters.dropped,
                      device.bad_frames());
        session.print("  sent: {} frames, {} bytes, {} without room, {} failed\n", counters.sent,
                      counters.sent_bytes, counters.busy, counters.failed);
    }
    const net::Stack::Counters& counters = session.context.stack.counters();
    session.print("IP: {} dropped; TCP: {} retransmits, {} out of order\n", counters.dropped,
                  counters.tcp_retransmits, counters.tcp_out_of_order);
    return {};
}

constexpr OptionSpec kLinkOptions[] = {{"timeout", 't', true}};

Result<void> wait_for_link(Session& session, Port& port, Duration timeout) {
    TRY(session.network.open(port));
    const net::NetDevice& device = port.interface.device();
    Pump pump(session);
    const Instant deadline = session.context.clock.now() + timeout;
    while (!device.link_up()) {
        const Instant now = pump.step();
        if (pump.cancelled()) return Error::cancelled;
        if (now >= deadline) {
            session.print("{}: no link after {} ms\n", port.name(), timeout.ms());
            return Error::timed_out;
        }
        pump.rest(now);
    }
    return {};
}

Result<void> link_wait(Session& session, Invocation& call) {
    const std::optional<Duration> given = TRY(call.milliseconds("timeout"));
    const Duration timeout = given && given->us() != 0 ? *given : Network::kLinkTimeout;
    Result<void> status;
    for (Port* port : TRY(named_ports(session, call))) {
        const Result<void> up = wait_for_link(session, *port, timeout);
        if (up.error() == Error::cancelled) return up;
        if (!up.ok()) status = up;
    }
    return status;
}

constexpr OptionSpec kDhcpOptions[] = {{"configurator", 'c', true}, {"timeout", 't', true}};

Result<void> dhcp(Session& session, Invocation& call) {
    const StrView configurator = call.value("configurator").value_or("dhcp");
    if (configurator != "dhcp" && configurator != "ipv4") {
        session.print("{}: there is no configurator \"{}\", only dhcp\n", call.command(),
                      configurator);
        return Error::not_supported;
    }
    const std::optional<Duration> timeout = TRY(call.milliseconds("timeout"));
    const bool given = timeout && timeout->us() != 0;
    const Vector<Port*> ports = TRY(named_ports(session, call));
    TRY(session.network.configure(ports.span(), given ? *timeout : Network::kDhcpTimeout));
    return {};
}

Result<void> route(Session& session, Invocation&) {
    for (const Unique<Port>& port : session.network.ports()) {
        const net::Ipv4Config& config = port->interface.config();
        if (config.address.is_any()) continue;
        session.print("{}: {}/{}", port->name(), config.address, prefix_length(config.netmask));
        if (!config.gateway.is_any()) session.print(" gw {}", config.gateway);
        session.print("{}\n", port->open ? "" : " (closed)");
        for (const net::Ipv4Config::Route& one :
             std::span(config.routes).first(config.route_count)) {
            session.print("{}: {}/{} via {}\n", port->name(), one.destination, one.prefix_length,
                          one.gateway);
        }
    }
    return {};
}

Result<void> auto_boot(Session& session, Invocation& call) {
    const Vector<Port*> ports = TRY(named_ports(session, call));
    return autoboot(session, ports.span());
}

constexpr size_t kAny = Command::kAny;
constexpr char kDhcpUsage[] = "[--configurator dhcp] [--timeout MS] [NETn...]";
constexpr char kDhcpSummary[] = "Get an address; without a name the first card that can";

constexpr Command kTable[] = {
    {"dhcp", dhcp, kDhcpOptions, 0, kAny, kDhcpUsage, kDhcpSummary},
    {"ifconf", dhcp, kDhcpOptions, 0, kAny, kDhcpUsage, kDhcpSummary},
    {"ifopen", open, {}, 0, kAny, "[NETn...]", "Start cards, with netN/ip etc. if they are set"},
    {"ifclose", close, {}, 0, kAny, "[NETn...]", "Stop cards"},
    {"ifstat", stat, {}, 0, kAny, "[NETn...]", "List cards and what went through them"},
    {"iflinkwait", link_wait, kLinkOptions, 0, kAny, "[--timeout MS] [NETn...]",
     "Start cards and wait until each has a link"},
    {"route", route, {}, 0, 0, "", "List addresses and routes"},
    {"autoboot", auto_boot, {}, 0, kAny, "[NETn...]", "Get an address and boot what DHCP says"},
};

}  // namespace

constinit const std::span<const Command> kNetworkCommands = kTable;

}  // namespace kedge::boot
