#include "src/boot/shell.h"

#include "src/boot/commands.h"
#include "src/boot/completion.h"
#include "src/boot/line_editor.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

/// The next line typed; empty after Ctrl-C.
Result<void> read_line(Session& session, LineEditor& editor) {
    TRY(editor.begin());
    while (true) {
        const int key = wait_for_key(session, Instant::never());
        const LineEditor::Event event = TRY(editor.key(key));
        if (event == LineEditor::Event::line) return {};
        if (event == LineEditor::Event::cancelled) TRY(editor.begin());
        if (event == LineEditor::Event::complete) TRY(complete(session, editor));
    }
}

}  // namespace

void run_shell(Session& session) {
    // `goto` has no script to go in while commands are typed.
    Script* const outer = std::exchange(session.script, nullptr);
    LineEditor editor(session.context.console, "kedge> ");
    Result<void> status;
    while (status.error() != Error::no_memory) {
        status = read_line(session, editor);
        if (!status.ok()) {
            session.print("shell: {}\n", describe(status.error()));
            continue;
        }
        const Result<void> command = run_commands(session, editor.text());
        if (std::exchange(session.stop, Stop::none) == Stop::sequence) break;
        const bool unsaid = command.error() == Error::command_failed ||
                            command.error() == Error::too_large ||
                            command.error() == Error::no_memory;
        if (unsaid) session.print("{}\n", describe(command.error()));
    }
    session.script = outer;
}

}  // namespace kedge::boot
