#include "src/boot/execute.h"

#include "src/boot/script.h"

namespace kedge::boot {
namespace {

PayloadLoader* find_loader(const Session& session, const Image& image) {
    for (PayloadLoader* loader : session.context.loaders) {
        if (loader->probe(image.data())) return loader;
    }
    return nullptr;
}

/// Tells the network that its cards are gone, as part of the hand-over.
class SessionHandover final : public Handover {
  public:
    explicit SessionHandover(Session& session) : session_(session) {}

    void end_conversations() override { session_.context.handover.end_conversations(); }

    void close_all() override {
        if (std::exchange(closed_, true)) return;
        session_.context.handover.close_all();
        session_.network.suspend();
    }

  private:
    Session& session_;
    bool closed_ = false;
};

/// Not inlined: its sentence buffers would lie on the stack once per nested script.
[[gnu::noinline]] Result<void> boot_payload(Session& session, PayloadLoader& loader,
                                            const Image& image) {
    Vector<const Image*> initrds;
    for (const Image& other : session.images.images()) {
        // A script that has run is no part of what it boots, unless its user gave it a place there.
        const bool used_up = other.used_as_script && other.arguments().empty();
        if (&other == &image || used_up) continue;
        TRY(initrds.push_back(&other));
    }
    SessionHandover handover(session);
    proto::Failure why;
    const Launch launch{image, image.arguments(), initrds.span()};
    const Result<void> status = loader.boot(launch, handover, why);
    session.network.resume();
    if (status.ok()) return {};
    if (why.error == Error::none) why.error = status.error();
    if (why.stage.empty() && why.cause.empty()) {
        session.print("{}: {}\n", image.name(), describe(status.error()));
    } else {
        session.print("{}\n", why);
    }
    return status;
}

Result<void> run_script(Session& session, Image& image) {
    if (session.script_depth == kMaxScriptDepth) {
        session.print("{}: {} scripts run inside each other already\n", image.name(),
                      kMaxScriptDepth);
        return Error::too_large;
    }
    // Out of the list: neither `imgfree` nor a kernel may get it, and a menu that chains a file of
    // its own name fetches it anew.
    session.images.detach(image);
    image.used_as_script = true;
    ++session.script_depth;
    Script script(session, image);
    const Result<void> status = script.run();
    --session.script_depth;
    session.images.attach(image);
    return status;
}

Result<void> execute_one(Session& session, Image& image) {
    String outer_uri = TRY(session.cwuri.clone());
    if (!image.uri().empty()) TRY(session.cwuri.assign(image.uri()));
    Result<void> status;
    if (is_script(image.data())) {
        status = run_script(session, image);
    } else if (PayloadLoader* loader = find_loader(session, image)) {
        status = boot_payload(session, *loader, image);
    } else {
        session.print("{}: not a kind of image that can be started\n", image.name());
        status = Error::bad_format;
    }
    session.cwuri = std::move(outer_uri);
    return status;
}

}  // namespace

StrView image_type(const Session& session, const Image& image) {
    if (is_script(image.data())) return "script";
    const PayloadLoader* loader = find_loader(session, image);
    return loader != nullptr ? loader->name() : "data";
}

bool is_executable(const Session& session, const Image& image) {
    return is_script(image.data()) || find_loader(session, image) != nullptr;
}

Result<void> execute(Session& session, Image& image) {
    Image* current = &image;
    while (true) {
        const Result<void> status = execute_one(session, *current);
        if (current->auto_free) session.images.release(current);
        // chain --replace: the script has ended in favour of another image.
        Image* const next = std::exchange(session.replacement, nullptr);
        if (next == nullptr) return status;
        current = next;
    }
}

}  // namespace kedge::boot
