// echo, prompt, sleep, help.
#include "src/boot/commands.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

constexpr OptionSpec kEchoOptions[] = {{"n", 'n', false}};

Result<void> echo(Session& session, Invocation& call) {
    session.print("{}{}", TRY(join_words(call.arguments())), call.has("n") ? "" : "\n");
    return {};
}

/// The numbers that scripts use for keys beyond ASCII, e.g. 0x197e for F12: one more than the
/// parameter of the key's ANSI sequence (ESC [ 24 ~), and its final character.
int key_of_ansi(u64 number) {
    constexpr u8 kFunctionKeys[] = {11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24};
    if ((number & 0xff) == '~') {
        for (size_t i = 0; i < std::size(kFunctionKeys); ++i) {
            if (number >> 8 == kFunctionKeys[i] + 1u) return platform::kKeyF1 + static_cast<int>(i);
        }
    }
    switch (number) {
        case 0x141:
            return platform::kKeyUp;
        case 0x142:
            return platform::kKeyDown;
        case 0x143:
            return platform::kKeyRight;
        case 0x144:
            return platform::kKeyLeft;
        default:
            return static_cast<int>(number);
    }
}

/// A single character or a number.
std::optional<int> parse_key(StrView text) {
    if (text.size() == 1) return static_cast<u8>(text[0]);
    const std::optional<u64> number = parse_number(text, 0);
    if (!number || *number > 0xffff) return std::nullopt;
    return key_of_ansi(*number);
}

constexpr OptionSpec kPromptOptions[] = {{"key", 'k', true}, {"timeout", 't', true}};

Result<void> prompt(Session& session, Invocation& call) {
    const String text = TRY(join_words(call.arguments()));
    const std::optional<Duration> timeout = TRY(call.milliseconds("timeout"));
    std::optional<int> wanted;
    if (const std::optional<StrView> key = call.value("key")) {
        wanted = parse_key(*key);
        if (!wanted) return call.misuse(*key);
    }
    session.print("{}", text);
    // Zero means for ever, as everywhere in scripts.
    const bool forever = !timeout || timeout->us() == 0;
    const Instant deadline = forever ? Instant::never() : session.context.clock.now() + *timeout;
    const int key = wait_for_key(session, deadline);
    // The text is wiped, so that a prompt that timed out leaves no trace in the log of a boot.
    session.print("\r");
    for (size_t i = 0; i < text.size(); ++i) session.print(" ");
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

Result<void> help(Session& session, Invocation&) {
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
    {"help", help, {}, 0, Command::kAny, "", "List the commands"},
};

}  // namespace

constinit const std::span<const Command> kTextCommands = kTable;

}  // namespace kedge::boot
