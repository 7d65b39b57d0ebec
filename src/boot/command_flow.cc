// goto, exit, shell, cpuid, reboot, poweroff.
#include "src/boot/commands.h"
#include "src/boot/execute.h"
#include "src/boot/script.h"
#include "src/boot/shell.h"

namespace kedge::boot {
namespace {

Result<void> go_to(Session& session, Invocation& call) {
    if (session.script == nullptr) {
        session.print("goto: no script is running\n");
        return Error::command_failed;
    }
    return session.script->go_to(call.argument(0));
}

Result<void> exit(Session& session, Invocation& call) {
    u64 status = 0;
    if (call.count() == 1) {
        const std::optional<u64> number = parse_integer(call.argument(0));
        if (!number || *number > UINT32_MAX) return call.misuse(call.argument(0));
        status = *number;
    }
    session.exit_status = static_cast<u32>(status);
    session.stop = Stop::sequence;
    return status == 0 ? Result<void>() : Error::exec_failed;
}

Result<void> shell(Session& session, Invocation&) {
    run_shell(session);
    return {};
}

constexpr OptionSpec kRebootOptions[] = {{"warm", 'w', false}, {"setup", 's', false}};

Result<void> reboot(Session& session, Invocation& call) {
    if (call.has("setup")) {
        session.print(
            "reboot: asking for the firmware's setup is not supported; choose it there\n");
    }
    session.context.handover.end_conversations();
    session.network.close_others(nullptr);
    session.context.system.reboot(call.has("warm"));
    session.print("reboot: this machine did not restart\n");
    return Error::io;
}

Result<void> poweroff(Session& session, Invocation&) {
    session.context.handover.end_conversations();
    session.network.close_others(nullptr);
    session.context.system.power_off();
    session.print("poweroff: this machine cannot be switched off by software\n");
    return Error::not_supported;
}

constexpr OptionSpec kCpuidOptions[] = {{"ext", 'e', false}, {"ecx", 'c', false}};

Result<void> cpuid(Session& session, Invocation& call) {
    const std::optional<u64> bit = parse_integer(call.argument(0));
    if (!bit || *bit > 31) return call.misuse(call.argument(0));
    const platform::System& system = session.context.system;
    const u32 base = call.has("ext") ? 0x80000000 : 0;
    if (system.cpuid(base, 0)[0] <= base) return Error::command_failed;
    const u32 word = system.cpuid(base + 1, 0)[call.has("ecx") ? 2 : 3];
    return (word >> *bit & 1) != 0 ? Result<void>() : Error::command_failed;
}

constexpr Command kTable[] = {
    {"goto", go_to, {}, 1, 1, "LABEL", "Go on at the line :LABEL of this script"},
    {"exit", exit, {}, 0, 1, "[STATUS]", "End this script or shell; not 0 is a failure"},
    {"shell", shell, {}, 0, 0, "", "Type commands; exit comes back"},
    {"reboot", reboot, kRebootOptions, 0, 0, "[--warm]", "Restart the machine"},
    {"cpuid", cpuid, kCpuidOptions, 1, 1, "[--ext] [--ecx] BIT",
     "Does the processor have this feature? Bits of CPUID leaf 1 or (--ext) 0x80000001"},
    {"poweroff", poweroff, {}, 0, 0, "", "Switch the machine off"},
};

}  // namespace

constinit const std::span<const Command> kFlowCommands = kTable;

}  // namespace kedge::boot
