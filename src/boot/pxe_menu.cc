#include "src/boot/pxe_menu.h"

#include "proto/printable.h"
#include "src/boot/choose.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

namespace wire = net::wire;

constexpr int kMenuKey = platform::kKeyF1 + 7;  // F8

/// The prompt, until its time is over: does somebody want to see the menu?
Result<bool> wants_menu(Session& session, const wire::PxePrompt& prompt) {
    if (prompt.seconds == wire::PxePrompt::kAtOnce) return false;
    if (prompt.seconds == wire::PxePrompt::kForEver) return true;
    const proto::Printable<72> text(prompt.text);
    const Instant end = session.context.clock.now() + Duration::seconds(prompt.seconds);
    while (true) {
        const Instant now = session.context.clock.now();
        if (now >= end) break;
        session.print("\r{} ({}) [F8] ", text.empty() ? StrView("PXE boot menu") : text.view(),
                      ((end - now).ms() + 999) / 1000);
        const int key = wait_for_key(session, min(end, now + Duration::seconds(1)));
        if (key == platform::kNoKey) continue;
        session.print("\n");
        if (key == kCtrlC || key == kEscape) return Error::cancelled;
        if (key == kMenuKey) return true;
        if (key == '\r' || key == '\n') return false;
    }
    session.print("\n");
    return false;
}

}  // namespace

Result<u16> choose_pxe_item(Session& session, Bytes packet) {
    const wire::DhcpMessage message = TRY(wire::DhcpMessage::parse(packet));
    std::array<u8, wire::kDhcpJoinedSize> scratch;
    const wire::PxeOptions options(message, scratch);
    Vector<u16> types;
    Vector<StrView> texts;
    wire::PxeMenuReader menu(options.menu());
    u16 type = 0;
    StrView text;
    while (menu.next(type, text)) {
        TRY(types.push_back(type));
        TRY(texts.push_back(text));
    }
    if (types.empty()) return Error::not_found;
    const wire::PxePrompt prompt = options.prompt();
    if (!TRY(wants_menu(session, prompt))) return types[0];
    const proto::Printable<72> title(prompt.text);
    const size_t chosen =
        TRY(choose_from_list(session, title.empty() ? StrView("PXE boot menu") : title.view(),
                             texts.span(), 0, Duration()));
    return types[chosen];
}

}  // namespace kedge::boot
