#include "src/boot/commands.h"

#include "src/boot/glyph.h"

namespace kedge::boot {
namespace {

class Interpreter final : public CommandRunner {
  public:
    explicit Interpreter(Session& session) : session_(session) {}

    Result<void> run_command(std::span<const String> words) override {
        const Result<void> status = run(words);
        if (!status.ok()) session_.last_error = status.error();
        return status;
    }

    bool stopped() const override { return session_.stop != Stop::none; }

  private:
    Result<void> run(std::span<const String> words) {
        const Command* command = find_command(words[0]);
        if (command == nullptr) {
            session_.print("{}: command not found\n", words[0]);
            return Error::command_not_found;
        }
        if (command->run == nullptr) {
            session_.print("{}: {} is not built into this firmware\n", command->name,
                           command->summary);
            return Error::not_supported;
        }
        Invocation call;
        if (!call.parse(words, command->options).ok()) return misused(*command, call.problem());
        if (call.wants_help()) {
            print_usage(session_, *command);
            // As a command that did not do its work.
            return Error::cancelled;
        }
        if (call.count() < command->min_arguments || call.count() > command->max_arguments) {
            return misused(*command, {});
        }
        const Result<void> status = command->run(session_, call);
        if (call.misused()) return misused(*command, call.problem());
        return status;
    }

    Error misused(const Command& command, StrView problem) {
        if (!problem.empty()) {
            session_.print("{}: {} is not understood\n", command.name, Foreign{problem});
        }
        print_usage(session_, command);
        return Error::invalid_argument;
    }

    Session& session_;
};

}  // namespace

void print_usage(const Session& session, const Command& command) {
    session.print("Usage: {} {}\n{}\n", command.name, command.usage, command.summary);
}

Result<void> store_typed(Session& session, const Invocation& call, StrView text) {
    const StrView name = call.argument(0);
    const Result<void> stored = session.settings.set(name, text);
    if (stored.ok()) {
        session.network.apply_settings();
    } else {
        session.print("{} {}: {}\n", call.command(), Foreign{name}, describe(stored.error()));
    }
    return stored;
}

const Command* find_command(StrView name) {
    const Command* found = nullptr;
    for_each_command([&](const Command& command) {
        if (name == command.name) found = &command;
    });
    return found;
}

Result<void> run_command(Session& session, std::span<const String> words) {
    return Interpreter(session).run_command(words);
}

Result<void> run_commands(Session& session, StrView line) {
    Interpreter interpreter(session);
    const Result<void> status = run_line(line, session.settings, interpreter);
    // Also what went wrong before a command could run: no memory, an endless expansion.
    if (!status.ok()) session.last_error = status.error();
    return status;
}

}  // namespace kedge::boot
