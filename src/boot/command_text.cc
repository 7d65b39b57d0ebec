// echo, prompt, sleep, help.
#include "src/boot/commands.h"
#include "src/boot/glyph.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

constexpr OptionSpec kEchoOptions[] = {{"n", 'n', false}};

Result<void> echo(Session& session, Invocation& call) {
    const String text = TRY(join_words(call.arguments()));
    const bool stays = call.has("n");
    session.print("{}{}", text, stays ? "" : "\n");
    session.echo_column = stays ? session.echo_column + columns_of(text) : 0;
    return {};
}

constexpr OptionSpec kPromptOptions[] = {{"key", 'k', true}, {"timeout", 't', true}};

Result<void> prompt(Session& session, Invocation& call) {
    const String text = TRY(join_words(call.arguments()));
    const Duration timeout = TRY(call.duration("timeout"));
    std::optional<int> wanted;
    if (const std::optional<StrView> key = call.value("key")) {
        wanted = parse_key(*key);
        if (!wanted) return call.misuse(*key);
    }
    session.print("{}", text);
    const int key = wait_for_key(session, deadline_after(session, timeout));
    // The text is wiped, so that a prompt that timed out leaves no trace in the log of a boot.
    session.print("\r");
    for (size_t i = columns_of(text); i > 0; --i) session.print(" ");
    session.print("\r");
    if (key == platform::kNoKey) return Error::timed_out;
    if (wanted) return key == *wanted ? Result<void>() : Error::command_failed;
    return key == kCtrlC ? Error::cancelled : Result<void>();
}

Result<void> sleep(Session& session, Invocation& call) {
    const std::optional<u64> seconds = parse_integer(call.argument(0));
    if (!seconds || *seconds > UINT32_MAX) return call.misuse(call.argument(0));
    return sleep_for(session, Duration::seconds(static_cast<i64>(*seconds)));
}

Result<void> help(Session& session, Invocation& call) {
    if (call.count() == 1) {
        const Command* command = find_command(call.argument(0));
        if (command == nullptr) return call.misuse(call.argument(0));
        print_usage(session, *command);
        return {};
    }
    for_each_command([&](const Command& command) {
        if (command.run == nullptr) return;
        session.print("{-12} {}\n", command.name, command.summary);
    });
    session.print("\nEach command says more with --help.\n");
    return {};
}

constexpr Command kTable[] = {
    {"echo", echo, kEchoOptions, 0, Command::kAny, "[-n] [TEXT...]", "Print text"},
    {"prompt", prompt, kPromptOptions, 0, Command::kAny, "[--key KEY] [--timeout MS] [TEXT...]",
     "Wait for a key"},
    {"sleep", sleep, {}, 1, 1, "SECONDS", "Wait; Ctrl-C ends it with failure"},
    {"help", help, {}, 0, 1, "[COMMAND]", "List the commands, or say more about one"},
};

}  // namespace

constinit const std::span<const Command> kTextCommands = kTable;

}  // namespace kedge::boot
