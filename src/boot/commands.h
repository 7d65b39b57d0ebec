// Commands: tables of {name, function, options, usage}, one per command_*.cc file.
#pragma once

#include "src/boot/command_line.h"
#include "src/boot/options.h"
#include "src/boot/session.h"

namespace kedge::boot {

struct Command {
    static constexpr size_t kAny = SIZE_MAX;

    const char* name;
    /// Prints its own sentence when something went wrong. Error::command_failed is the plain "no"
    /// of isset and its like. Null: scripts know the command, but `summary` is not built.
    Result<void> (*run)(Session& session, Invocation& call) = nullptr;
    std::span<const OptionSpec> options = {};
    size_t min_arguments = 0;
    size_t max_arguments = kAny;
    const char* usage = "";  // what follows the name
    const char* summary;     // one line for `help`
};

// The tables.
extern const std::span<const Command> kTextCommands;     // echo, prompt, sleep, help
extern const std::span<const Command> kSettingCommands;  // set, clear, show, inc, isset, iseq
extern const std::span<const Command> kFlowCommands;     // goto, exit, shell, reboot, poweroff
extern const std::span<const Command> kImageCommands;    // kernel, initrd, chain, imgstat …
extern const std::span<const Command> kParamCommands;    // params, param
extern const std::span<const Command> kPciCommands;      // pciscan
extern const std::span<const Command> kVlanCommands;     // vcreate, vdestroy
extern const std::span<const Command> kNetworkCommands;  // dhcp, ifopen, ifstat, route, autoboot …
extern const std::span<const Command> kNameCommands;     // nslookup, ntp
extern const std::span<const Command> kDiagnosticCommands;  // ping, ipstat, nstat
extern const std::span<const Command> kFileCommands;        // md5sum …, imgmem, imgset, shim
extern const std::span<const Command> kPxeCommands;         // pxebs
extern const std::span<const Command> kMenuCommands;        // menu, form, item, choose …
extern const std::span<const Command> kConsoleCommands;     // read, config, console, colour, cpair

/// How to use it, in a few lines.
void print_usage(const Session& session, const Command& command);

/// Stores what a person typed or chose in the setting that the first argument names; says so if it
/// cannot be stored there.
Result<void> store_typed(Session& session, const Invocation& call, StrView text);

/// Null if there is none of that name.
const Command* find_command(StrView name);
/// Calls `visit(const Command&)` for all.
template <typename Visit>
void for_each_command(Visit&& visit) {
    const std::span<const Command> tables[] = {
        kTextCommands,        //
        kSettingCommands,     //
        kFlowCommands,        //
        kImageCommands,       //
        kParamCommands,       //
        kPciCommands,         //
        kVlanCommands,        //
        kNetworkCommands,     //
        kPxeCommands,         //
        kNameCommands,        //
        kDiagnosticCommands,  //
        kFileCommands,        //
        kMenuCommands,        //
        kConsoleCommands,     //
    };
    for (auto table : tables) {
        for (const Command& command : table) visit(command);
    }
}

/// Runs one command, its words expanded.
Result<void> run_command(Session& session, std::span<const String> words);

/// Runs a line of commands in the session. The last error is kept as ${errno}.
Result<void> run_commands(Session& session, StrView line);

}  // namespace kedge::boot
