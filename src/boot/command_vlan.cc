// vcreate, vdestroy.
#include "net/wire/ethernet.h"
#include "src/boot/commands.h"

namespace kedge::boot {
namespace {

/// The value of an option within limits, or misuse.
Result<u16> number(Invocation& call, StrView option, u16 least, u16 most) {
    const StrView text = call.value(option).value_or("0");
    const std::optional<u64> value = parse_integer(text);
    if (!value || *value < least || *value > most) return call.misuse(text);
    return static_cast<u16>(*value);
}

Result<Port*> named_port(Session& session, const Invocation& call) {
    Port* port = session.network.find(call.argument(0));
    if (port != nullptr) return port;
    session.print("{}: {}: no such network card\n", call.command(), call.argument(0));
    return Error::no_device;
}

Result<void> create(Session& session, Invocation& call) {
    const u16 tag = TRY(number(call, "tag", 1, net::wire::VlanTag::kMaxVlan));
    const u16 priority = TRY(number(call, "priority", 0, 7));
    Port* trunk = TRY(named_port(session, call));
    const Result<void> made = session.network.add_vlan(*trunk, tag, static_cast<u8>(priority));
    if (!made.ok()) {
        session.print("{}: {}: {}\n", call.command(), trunk->name(), describe(made.error()));
    }
    return made;
}

Result<void> destroy(Session& session, Invocation& call) {
    Port* port = TRY(named_port(session, call));
    const Result<void> removed = session.network.remove_vlan(*port);
    if (!removed.ok()) session.print("{}: {} is no VLAN\n", call.command(), port->name());
    return removed;
}

constexpr OptionSpec kCreateOptions[] = {{"tag", 't', true}, {"priority", 'p', true}};

constexpr Command kTable[] = {
    {"vcreate", create, kCreateOptions, 1, 1, "--tag N [--priority N] NETn",
     "Make the card NETn-N of a VLAN"},
    {"vdestroy", destroy, {}, 1, 1, "NETn-N", "Take a VLAN's card away"},
};

}  // namespace

constinit const std::span<const Command> kVlanCommands = kTable;

}  // namespace kedge::boot
