// goto, exit, shell, sync, time, cpuid, reboot, poweroff.
#include "src/boot/commands.h"
#include "src/boot/execute.h"
#include "src/boot/script.h"
#include "src/boot/shell.h"
#include "src/boot/wait.h"

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

/// Nothing of ours goes on behind a command's back, so there is nothing to wait for.
constexpr OptionSpec kSyncOptions[] = {{"timeout", 't', true}};

Result<void> sync(Session& session, Invocation& call) {
    IGNORE_RESULT(TRY(call.milliseconds("timeout")));
    Pump(session).step();
    return {};
}

Result<void> time(Session& session, Invocation& call) {
    platform::Clock& clock = session.context.clock;
    const Instant begin = clock.now();
    const Result<void> status = run_command(session, call.arguments());
    const i64 hundredths = (clock.now() - begin).ms() / 10;
    session.print("{}: {}.{02}s\n", call.argument(0), hundredths / 100, hundredths % 100);
    return status;
}

constexpr OptionSpec kRebootOptions[] = {{"warm", 'w', false}, {"setup", 's', false}};

Result<void> reboot(Session& session, Invocation& call) {
    if (call.has("setup") && !session.context.system.request_setup()) {
        session.print("reboot: this firmware cannot be asked for its setup; choose it there\n");
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
    {"reboot", reboot, kRebootOptions, 0, 0, "[--warm] [--setup]",
     "Restart the machine, perhaps into the firmware's setup"},
    {"sync", sync, kSyncOptions, 0, 0, "[--timeout MS]", "Wait for what goes on in the background"},
    {"time", time, {}, 1, Command::kAny, "COMMAND...", "Run a command and say how long it took"},

    {"cpuid", cpuid, kCpuidOptions, 1, 1, "[--ext] [--ecx] BIT",
     "Does the processor have this feature? Bits of CPUID leaf 1 or (--ext) 0x80000001"},
    {"poweroff", poweroff, {}, 0, 0, "", "Switch the machine off"},
};

}  // namespace

constinit const std::span<const Command> kFlowCommands = kTable;

}  // namespace kedge::boot
