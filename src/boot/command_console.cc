// read, config, console, colour, cpair.
#include "src/boot/commands.h"
#include "src/boot/form.h"
#include "src/boot/line_editor.h"
#include "src/boot/wait.h"

namespace kedge::boot {
namespace {

constexpr OptionSpec kReadOptions[] = {{"timeout", 't', true}};

/// The setting's value is what the editor begins with. A time-out counts from the last key.
Result<void> read(Session& session, Invocation& call) {
    const Duration timeout = TRY(call.duration("timeout"));
    const Result<String> old = session.settings.get(call.argument(0));
    LineEditor editor(session.context.console, {});
    const size_t column = std::exchange(session.echo_column, 0);
    TRY(editor.begin(old.ok() ? old->view() : StrView(), column));
    LineEditor::Event event = LineEditor::Event::none;
    while (event != LineEditor::Event::line) {
        const int key = wait_for_key(session, deadline_after(session, timeout));
        if (key == platform::kNoKey) {
            session.print("\n");
            return Error::timed_out;
        }
        event = TRY(editor.key(key));
        if (event == LineEditor::Event::cancelled) return Error::cancelled;
    }
    return store_typed(session, call, editor.text());
}

Result<void> config(Session& session, Invocation& call) {
    const StrView name = call.count() == 1 ? call.argument(0) : StrView();
    SettingsBlock* const block = session.settings.find_block(name);
    if (block == nullptr) {
        session.print("config: there are no settings {}\n", name);
        return Error::not_found;
    }
    return edit_settings(session, *block);
}

constexpr OptionSpec kConsoleOptions[] = {
    {"x", 'x', true},     {"y", 'y', true},       {"left", 'l', true},
    {"right", 'r', true}, {"top", 't', true},     {"bottom", 'b', true},
    {"depth", 'd', true}, {"picture", 'p', true}, {"keep", 'k', false},
};

/// There is only text. What asks for a picture gets none and goes on.
Result<void> console(Session&, Invocation&) { return {}; }

/// A number up to `last`, of an option or an argument.
Result<u32> number_of(Invocation& call, StrView text, u32 last) {
    const std::optional<u64> number = parse_integer(text);
    if (!number || *number > last) return call.misuse(text);
    return static_cast<u32>(*number);
}

constexpr OptionSpec kColourOptions[] = {{"basic", 'b', true}, {"rgb", 'r', true}};

Result<void> colour(Session& session, Invocation& call) {
    const u32 index = TRY(number_of(call, call.argument(0), Palette::kColours - 1));
    u32 basic = Palette::kDefault;
    if (const std::optional<StrView> rgb = call.value("rgb")) {
        basic = Palette::nearest(TRY(number_of(call, *rgb, 0xffffff)));
    }
    if (const std::optional<StrView> text = call.value("basic")) {
        basic = TRY(number_of(call, *text, Palette::kDefault));
    }
    session.palette.define(static_cast<u8>(index), static_cast<u8>(basic));
    return {};
}

constexpr OptionSpec kPairOptions[] = {{"foreground", 'f', true}, {"background", 'b', true}};

Result<void> cpair(Session& session, Invocation& call) {
    const u32 pair = TRY(number_of(call, call.argument(0), Palette::kPairs - 1));
    u32 colours[2] = {Palette::kDefault, Palette::kDefault};
    for (size_t i = 0; i < 2; ++i) {
        const std::optional<StrView> text = call.value(kPairOptions[i].name);
        if (text) colours[i] = TRY(number_of(call, *text, Palette::kDefault));
    }
    session.palette.define_pair(static_cast<u8>(pair), static_cast<u8>(colours[0]),
                                static_cast<u8>(colours[1]));
    return {};
}

constexpr Command kTable[] = {
    {"read", read, kReadOptions, 1, 1, "[--timeout MS] [BLOCK/]SETTING[:TYPE]",
     "Let a person type a setting"},
    {"config", config, {}, 0, 1, "[BLOCK]", "View and edit settings on a screen"},
    {"console", console, kConsoleOptions, 0, 0,
     "[--x N] [--y N] [--left N] [--right N] [--top N] [--bottom N] [--depth N] [--picture URI] "
     "[--keep]",
     "Accepted for scripts; there are no graphics here"},
    {"colour", colour, kColourOptions, 1, 1, "[--basic 0-7] [--rgb 0xRRGGBB] 0-7",
     "Define one of the colours of menus"},
    {"cpair", cpair, kPairOptions, 1, 1, "[--foreground COLOUR] [--background COLOUR] PAIR",
     "Use colours: 1 text, 2 selection, 3 headings, 4 fields, 5 errors, 7 PXE menu"},
};

}  // namespace

constinit const std::span<const Command> kConsoleCommands = kTable;

}  // namespace kedge::boot
