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
    /// of isset and its like.
    Result<void> (*run)(Session& session, Invocation& call);
    std::span<const OptionSpec> options;
    size_t min_arguments;
    size_t max_arguments;
    const char* usage;    // what follows the name
    const char* summary;  // one line for `help`
};

// The tables.
extern const std::span<const Command> kTextCommands;     // echo, prompt, sleep, help
extern const std::span<const Command> kSettingCommands;  // set, clear, show, inc, isset, iseq
extern const std::span<const Command> kFlowCommands;     // goto, exit, shell, reboot, poweroff
extern const std::span<const Command> kImageCommands;    // kernel, initrd, chain, imgstat …
extern const std::span<const Command> kParamCommands;    // params, param
extern const std::span<const Command> kNetworkCommands;  // dhcp, ifopen, ifstat, route, autoboot …

/// Null if there is none of that name.
const Command* find_command(StrView name);
/// Calls `visit(const Command&)` for all.
template <typename Visit>
void for_each_command(Visit&& visit) {
    for (auto table : {kTextCommands, kSettingCommands, kFlowCommands, kImageCommands,
                       kParamCommands, kNetworkCommands}) {
        for (const Command& command : table) visit(command);
    }
}

/// Runs a line of commands in the session. The last error is kept as ${errno}.
Result<void> run_commands(Session& session, StrView line);

}  // namespace kedge::boot
