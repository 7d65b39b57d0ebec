// pxebs.
#include "src/boot/commands.h"

namespace kedge::boot {
namespace {

Result<void> pxebs(Session& session, Invocation& call) {
    Port* port = session.network.find(call.argument(0));
    if (port == nullptr) {
        session.print("pxebs: {}: no such network card\n", call.argument(0));
        return Error::no_device;
    }
    const std::optional<u64> type = parse_integer(call.argument(1));
    if (!type || *type > 0xffff) return call.misuse(call.argument(1));
    TRY(session.network.await_boot_servers(*port));
    return session.network.discover_boot_server(*port, static_cast<u16>(*type));
}

constexpr Command kTable[] = {
    {"pxebs", pxebs, {}, 2, 2, "NETn TYPE", "Find a PXE boot server; settings appear in pxebs"},
};

}  // namespace

constinit const std::span<const Command> kPxeCommands = kTable;

}  // namespace kedge::boot
