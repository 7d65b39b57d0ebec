// The whole boot flow: what runs first, and what when that is over.
#include "src/boot/autoboot.h"
#include "src/boot/commands.h"
#include "src/boot/execute.h"
#include "src/boot/script.h"
#include "src/boot/shell.h"

namespace kedge::boot {
namespace {

constexpr i64 kShellOffer = 2000;
constexpr int kFailed = 1;

void print_banner(const Session& session) {
    session.print("\nKedge {} -- network boot firmware -- {}", KEDGE_VERSION,
                  session.context.fetcher.schemes());
    for (const PayloadLoader* loader : session.context.loaders) {
        session.print(", {}", loader->name());
    }
    session.print("\n\n");
}

/// Every file becomes an image; returns the first script among them.
Result<Image*> add_files(Session& session) {
    Image* script = nullptr;
    for (const BuiltInFile& file : session.context.files) {
        Image* image = TRY(session.images.create());
        TRY(image->set_name(file.name));
        TRY(image->assign(file.data));
        image->finish();
        image->used_as_script = is_script(file.data);
        if (script == nullptr && file.runs && image->used_as_script) script = image;
    }
    return script;
}

/// A loader's command line without the words that loaders of Linux put in front (GRUB: BOOT_IMAGE=
/// and initrd=) or append (SYSLINUX: BOOT_IMAGE=). What stands between is left as it is: `initrd=`
/// there is an argument of somebody's kernel.
StrView own_words(StrView text) {
    text = text.trimmed();
    while (text.starts_with("BOOT_IMAGE=") || text.starts_with("initrd=")) {
        text = text.substr(min(text.find(' '), text.size())).trimmed();
    }
    while (!text.empty()) {
        const size_t space = text.rfind(' ');
        const size_t last = space == StrView::npos ? 0 : space + 1;
        if (!text.substr(last).starts_with("BOOT_IMAGE=")) break;
        text = text.first(last).trimmed();
    }
    return text;
}

/// Runs a text as a script of the session.
Result<void> run_text(Session& session, StrView name, StrView text) {
    Image* image = TRY(session.images.create());
    image->auto_free = true;
    TRY(image->set_name(name));
    TRY(image->assign(text.bytes()));
    return execute(session, *image);
}

Result<void> run_command_text(Session& session, StrView name, StrView commands) {
    const String script = TRY(format_string("#!ipxe\n{}\n", commands));
    return run_text(session, name, script);
}

/// Is the command line a script or commands? A line for another kernel ("root=/dev/sda1") is not.
bool holds_commands(StrView text) {
    const StrView first = text.first(text.find(' '));
    return find_command(first) != nullptr;
}

/// How long Ctrl-B is offered: the setting banner-timeout in milliseconds, zero for not at all.
Duration shell_offer(Session& session) {
    const Result<String> text = session.settings.get("banner-timeout");
    const i64 wanted = text.ok() ? read_signed(*text).value_or(kShellOffer) : kShellOffer;
    return Duration::ms(clamp<i64>(wanted, 0, UINT32_MAX));
}

Result<void> automatic(Session& session) {
    Vector<Port*> ports;
    for (const Unique<Port>& port : session.network.ports()) TRY(ports.push_back(port.get()));
    const Duration offer = shell_offer(session);
    if (offer.us() > 0) {
        session.print("Press Ctrl-B for the shell\n");
        session.keyboard.offer_shell(session.context.clock.now() + offer);
    }
    const Result<void> status = autoboot(session, ports.span());
    session.keyboard.offer_shell({});
    if (!session.keyboard.shell_wanted()) return status;
    session.keyboard.clear_shell_wanted();
    run_shell(session);
    return {};
}

Result<void> run_first_thing(Session& session) {
    Image* script = TRY(add_files(session));
    // What somebody typed for this start comes before what lies beside the image.
    const StrView line = session.context.command_line;
    if (is_script(line.bytes())) return run_text(session, "command-line", line);
    const StrView words = own_words(line);
    if (holds_commands(words)) return run_command_text(session, "command-line", words);
    if (script != nullptr) return execute(session, *script);
    if (!words.empty()) session.print("The command line holds no commands: {}\n", words);
    const Result<String> scriptlet = session.settings.get("scriptlet");
    if (scriptlet.ok()) return run_command_text(session, "scriptlet", *scriptlet);
    return automatic(session);
}

}  // namespace

int run_boot_flow(Context& context) {
    // The session is too large for a firmware's stack.
    Result<Unique<Session>> made = make_unique<Session>(context);
    if (!made.ok()) {
        context.console.put("Kedge: not enough memory\n");
        return kFailed;
    }
    Session& session = **made;
    print_banner(session);
    Result<void> status = session.start();
    if (status.ok()) status = run_first_thing(session);
    if (status.ok()) return 0;
    session.print("Kedge: {}\n", describe(status.error()));
    if (status.error() == Error::exec_failed && session.exit_status != 0) {
        return static_cast<int>(session.exit_status & INT32_MAX);
    }
    return kFailed;
}

}  // namespace kedge::boot
