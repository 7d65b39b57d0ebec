// set, clear, show, inc, isset, iseq.
#include "src/boot/commands.h"
#include "src/boot/glyph.h"

namespace kedge::boot {
namespace {

Result<void> explain(const Session& session, const Invocation& call, Error error) {
    StrView what = describe(error);
    if (error == Error::not_found) what = "no such setting";
    if (error == Error::not_supported) what = "no such type of setting";
    if (error == Error::bad_format) what = "not a value of that type";
    session.print("{} {}: {}\n", call.command(), call.argument(0), what);
    return error;
}

constexpr OptionSpec kSetOptions[] = {{"timeout", 't', true}};

Result<void> set(Session& session, Invocation& call) {
    // It counts for settings that take time to store; ours take none.
    IGNORE_RESULT(TRY(call.milliseconds("timeout")));
    const String text = TRY(join_words(call.arguments().subspan(1)));
    const Result<void> stored = session.settings.set(call.argument(0), text);
    if (!stored.ok()) return explain(session, call, stored.error());
    session.network.apply_settings();
    return {};
}

Result<void> clear(Session& session, Invocation& call) {
    const Result<void> cleared = session.settings.clear(call.argument(0));
    if (!cleared.ok()) return explain(session, call, cleared.error());
    session.network.apply_settings();
    return {};
}

constexpr OptionSpec kShowOptions[] = {{"quiet", 'q', false}};

/// "net0.dhcp/filename:string = x": where the value was found and what it is.
Result<void> show(Session& session, Invocation& call) {
    const Result<Settings::Place> place = session.settings.locate(call.argument(0));
    if (!place.ok()) return explain(session, call, place.error());
    SettingValue value;
    const Result<const SettingsBlock*> block = place->block->search(place->key, value);
    if (!block.ok()) return explain(session, call, block.error());

    const SettingType type = place->key.type.value_or(value.type);
    String path;
    TRY((*block)->append_path(path));
    String text;
    const Result<void> printed = print_setting(type, value.bytes.span(), text);
    if (!printed.ok()) return explain(session, call, printed.error());
    if (call.has("quiet")) {
        session.print("{}\n", Foreign{text});
    } else {
        session.print("{}{}{}:{} = {}\n", path, path.empty() ? "" : "/", place->key.name,
                      setting_type_name(type), Foreign{text});
    }
    return {};
}

/// The value as a number, whatever it is stored as; an unset one counts as 0.
Result<i64> current_number(const Settings::Place& place, SettingType& type) {
    SettingValue value;
    const Result<const SettingsBlock*> found = place.block->search(place.key, value);
    if (found.error() == Error::not_found) return i64{0};
    if (!found.ok()) return found.error();
    if (!place.key.type && is_number(value.type)) type = value.type;
    if (value.type == SettingType::string) return read_signed(StrView::from(value.bytes.span()));
    return setting_number(value.bytes.span(), type <= SettingType::int32);
}

Result<void> inc(Session& session, Invocation& call) {
    i64 increment = 1;
    if (call.count() == 2) {
        const Result<i64> number = read_signed(call.argument(1));
        if (!number.ok()) return call.misuse(call.argument(1));
        increment = *number;
    }
    const Result<Settings::Place> place = session.settings.locate(call.argument(0), true);
    if (!place.ok()) return explain(session, call, place.error());
    SettingType type = place->key.type.value_or(SettingType::int32);
    if (!is_number(type)) return explain(session, call, Error::bad_format);
    const Result<i64> number = current_number(*place, type);
    if (!number.ok()) return explain(session, call, number.error());
    Vector<u8> raw;
    const u64 sum = static_cast<u64>(*number) + static_cast<u64>(increment);
    TRY(store_number(type, static_cast<i64>(sum), raw));
    return place->block->store(place->key, type, raw.span());
}

Result<void> isset(Session&, Invocation& call) {
    return call.argument(0).empty() ? Error::command_failed : Result<void>();
}

Result<void> iseq(Session&, Invocation& call) {
    return call.argument(0) == call.argument(1) ? Result<void>() : Error::command_failed;
}

constexpr Command kTable[] = {
    {"set", set, kSetOptions, 1, Command::kAny, "[BLOCK/]SETTING[:TYPE] [VALUE...]",
     "Store a setting; without a value remove it"},
    {"clear", clear, {}, 1, 1, "[BLOCK/]SETTING", "Remove a setting"},
    {"show", show, kShowOptions, 1, 1, "[--quiet] [BLOCK/]SETTING[:TYPE]",
     "Print a setting and where it comes from"},
    {"inc", inc, {}, 1, 2, "[BLOCK/]SETTING[:TYPE] [NUMBER]", "Add 1, or a number, to a setting"},
    {"isset", isset, {}, 1, 1, "${SETTING}", "Succeed if there is any text"},
    {"iseq", iseq, {}, 2, 2, "VALUE VALUE", "Succeed if both texts are the same"},
};

}  // namespace

constinit const std::span<const Command> kSettingCommands = kTable;

}  // namespace kedge::boot
