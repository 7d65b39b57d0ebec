// kernel, initrd, chain and their like.
#include "src/boot/commands.h"
#include "src/boot/download.h"
#include "src/boot/execute.h"
#include "src/boot/progress.h"

namespace kedge::boot {
namespace {

constexpr OptionSpec kFetchOptions[] = {
    {"name", 'n', true},      {"timeout", 't', true}, {"quiet", 'q', false},
    {"autofree", 'a', false}, {"mirror", 'm', true},
};
constexpr OptionSpec kExecOptions[] = {
    {"name", 'n', true},      {"timeout", 't', true},  {"quiet", 'q', false},
    {"autofree", 'a', false}, {"replace", 'r', false}, {"mirror", 'm', true},
};

/// What fetching, selecting and starting have in common: URI [ARGUMENTS...].
Result<Image*> acquire_image(Session& session, Invocation& call) {
    DownloadOptions options;
    options.name = call.value("name").value_or(StrView());
    options.timeout = TRY(call.milliseconds("timeout"));
    options.quiet = call.has("quiet");
    const Vector<StrView> mirrors = TRY(call.values("mirror"));
    options.mirrors = mirrors.span();
    Image* image = TRY(acquire(session, call.argument(0), options));
    if (!options.name.empty()) TRY(image->set_name(options.name));
    if (call.count() > 1) {
        TRY(image->set_arguments(TRY(join_words(call.arguments().subspan(1)))));
    }
    if (call.has("autofree")) image->auto_free = true;
    return image;
}

Result<void> require_executable(const Session& session, const Image& image) {
    if (is_executable(session, image)) return {};
    session.print("{}: not a kind of image that can be started\n", image.name());
    return Error::bad_format;
}

Result<void> fetch(Session& session, Invocation& call) {
    TRY(acquire_image(session, call));
    return {};
}

Result<void> select(Session& session, Invocation& call) {
    Image* image = TRY(acquire_image(session, call));
    TRY(require_executable(session, *image));
    session.images.select(image);
    return {};
}

Result<void> exec(Session& session, Invocation& call) {
    Image* image = nullptr;
    if (call.count() > 0) {
        image = TRY(acquire_image(session, call));
    } else {
        image = session.images.selected();
        if (image == nullptr) {
            session.print("{}: no image is selected: use kernel, or name one\n", call.command());
            return Error::not_found;
        }
        if (call.has("autofree")) image->auto_free = true;
    }
    TRY(require_executable(session, *image));
    if (!call.has("replace") || session.script == nullptr) return execute(session, *image);

    // The running script ends here; execute() goes on with the replacement.
    session.replacement = image;
    session.stop = Stop::sequence;
    return {};
}

Result<void> args(Session& session, Invocation& call) {
    Image* image = TRY(acquire_image(session, call));
    if (call.count() == 1) TRY(image->set_arguments({}));
    return {};
}

void print_image(const Session& session, const Image& image) {
    session.print("{} : {} bytes [{}]", image.name(), image.data().size(),
                  image_type(session, image));
    if (image.auto_free) session.print(" [AUTOFREE]");
    if (image.selected) session.print(" [SELECTED]");
    if (!image.arguments().empty()) session.print(" \"{}\"", image.arguments());
    session.print("\n");
}

Result<void> stat(Session& session, Invocation& call) {
    Result<void> status;
    for (const String& name : call.arguments()) {
        if (const Image* image = session.images.find(name)) {
            print_image(session, *image);
            continue;
        }
        session.print("{}: no such image\n", name);
        status = Error::not_found;
    }
    if (call.count() != 0) return status;
    for (const Image& image : session.images.images()) print_image(session, image);
    return {};
}

Result<void> free(Session& session, Invocation& call) {
    if (call.count() == 0) session.images.release_all();
    Result<void> status;
    for (const String& name : call.arguments()) {
        if (Image* image = session.images.find(name)) {
            session.images.release(image);
            continue;
        }
        session.print("{}: no such image\n", name);
        status = Error::not_found;
    }
    return status;
}

constexpr char kFetchUsage[] =
    "[--name NAME] [--timeout MS] [--quiet] [--autofree] [--mirror URI]... URI|IMAGE "
    "[ARGUMENTS...]";
constexpr char kExecUsage[] =
    "[--name NAME] [--timeout MS] [--quiet] [--autofree] [--replace] [--mirror URI]... "
    "[URI|IMAGE [ARGUMENTS...]]";
constexpr char kFetchSummary[] = "Fetch a file, to be an initrd or to be used later";
constexpr char kSelectSummary[] = "Fetch a file and select it for boot";
constexpr char kExecSummary[] = "Start an image or script; without a name the selected one";
constexpr size_t kAny = Command::kAny;

constexpr Command kTable[] = {
    {"initrd", fetch, kFetchOptions, 1, kAny, kFetchUsage, kFetchSummary},
    {"imgfetch", fetch, kFetchOptions, 1, kAny, kFetchUsage, kFetchSummary},
    {"module", fetch, kFetchOptions, 1, kAny, kFetchUsage, kFetchSummary},
    {"kernel", select, kFetchOptions, 1, kAny, kFetchUsage, kSelectSummary},
    {"imgselect", select, kFetchOptions, 1, kAny, kFetchUsage, kSelectSummary},
    {"imgload", select, kFetchOptions, 1, kAny, kFetchUsage, kSelectSummary},
    {"boot", exec, kExecOptions, 0, kAny, kExecUsage, kExecSummary},
    {"chain", exec, kExecOptions, 0, kAny, kExecUsage, kExecSummary},
    {"imgexec", exec, kExecOptions, 0, kAny, kExecUsage, kExecSummary},
    {"imgargs", args, kFetchOptions, 1, kAny, kFetchUsage, "Replace the arguments of an image"},
    {"imgstat", stat, {}, 0, kAny, "[IMAGE...]", "List the images"},
    {"imgfree", free, {}, 0, kAny, "[IMAGE...]", "Forget images; without a name all"},
};

}  // namespace

constinit const std::span<const Command> kImageCommands = kTable;

}  // namespace kedge::boot
