// menu, form, item, choose, present, login.
#include "src/boot/commands.h"
#include "src/boot/form.h"
#include "src/boot/menu_screen.h"

namespace kedge::boot {
namespace {

constexpr OptionSpec kMenuOptions[] = {{"name", 'n', true}, {"delete", 'd', false}};

Result<void> menu(Session& session, Invocation& call) {
    const StrView name = call.value("name").value_or(StrView());
    if (call.has("delete")) {
        session.menus.remove(name);
        return {};
    }
    const String title = TRY(join_words(call.arguments()));
    TRY(session.menus.make(name, title));
    return {};
}

/// The menu that the option names, or a sentence and Error::not_found.
Result<Menu*> named_menu(const Session& session, const Invocation& call, StrView name) {
    Menu* const menu = session.menus.find(name);
    if (menu != nullptr) return menu;
    session.print("{}: there is no menu {}; the command menu makes one\n", call.command(), name);
    return Error::not_found;
}

constexpr OptionSpec kItemOptions[] = {{"menu", 'm', true},    {"form", 'f', true},
                                       {"key", 'k', true},     {"default", 'd', false},
                                       {"secret", 's', false}, {"gap", 'g', false}};

Result<void> item(Session& session, Invocation& call) {
    const StrView name = call.value("menu").value_or(call.value("form").value_or(StrView()));
    Menu* const menu = TRY(named_menu(session, call, name));
    int key = platform::kNoKey;
    if (const std::optional<StrView> text = call.value("key")) {
        const std::optional<int> code = parse_key(*text);
        if (!code) return call.misuse(*text);
        key = *code;
    }
    std::span<const String> words = call.arguments();
    const bool gap = call.has("gap") || words.empty();
    const StrView setting = gap ? StrView() : words[0].view();
    if (!gap) words = words.subspan(1);
    Item* const made = TRY(add_item(menu->items, setting, TRY(join_words(words))));
    made->key = key;
    made->gap = gap;
    made->is_default = call.has("default");
    made->secret = call.has("secret");
    return {};
}

constexpr OptionSpec kChooseOptions[] = {{"menu", 'm', true},
                                         {"default", 'd', true},
                                         {"timeout", 't', true},
                                         {"retimeout", 'r', true},
                                         {"keep", 'k', false}};

Result<void> choose(Session& session, Invocation& call) {
    const StrView name = call.value("menu").value_or(StrView());
    const MenuWait wait = {TRY(call.duration("timeout")), TRY(call.duration("retimeout"))};
    Menu* const menu = TRY(named_menu(session, call, name));
    const Result<size_t> chosen = choose_item(session, *menu, call.value("default"), wait);
    Result<void> status = chosen.error();
    if (chosen.ok()) status = store_typed(session, call, menu->items[*chosen].name);
    if (status.error() == Error::not_found) session.print("choose: the menu has no items\n");
    if (!call.has("keep")) session.menus.remove(name);
    return status;
}

constexpr OptionSpec kPresentOptions[] = {{"form", 'f', true}, {"keep", 'k', false}};

Result<void> present(Session& session, Invocation& call) {
    const StrView name = call.value("form").value_or(StrView());
    Menu* const form = TRY(named_menu(session, call, name));
    const Result<void> status = edit_form(session, *form);
    if (!call.has("keep")) session.menus.remove(name);
    return status;
}

Result<void> login(Session& session, Invocation&) {
    Menu form;
    TRY(form.title.assign("Login"));
    TRY(add_item(form.items, "username", "Username"));
    TRY(add_item(form.items, "password", "Password"))->secret = true;
    return edit_form(session, form);
}

constexpr char kMenuUsage[] = "[--name NAME] [--delete] [TITLE...]";

constexpr Command kTable[] = {
    {"menu", menu, kMenuOptions, 0, Command::kAny, kMenuUsage, "Begin a menu, or remove one"},
    {"form", menu, kMenuOptions, 0, Command::kAny, kMenuUsage, "Begin a form, or remove one"},
    {"item", item, kItemOptions, 0, Command::kAny,
     "[--menu NAME | --form NAME] [--key KEY] [--default] [--secret] [--gap | SETTING] [TEXT...]",
     "Add a line to a menu or form"},
    {"choose", choose, kChooseOptions, 1, 1,
     "[--menu NAME] [--default ITEM] [--timeout MS] [--retimeout MS] [--keep] SETTING",
     "Let a person choose from a menu; the item's name becomes the setting"},
    {"present", present, kPresentOptions, 0, 0, "[--form NAME] [--keep]",
     "Let a person fill in a form; its items name the settings"},
    {"login", login, {}, 0, 0, "", "Ask for the settings username and password"},
};

}  // namespace

constinit const std::span<const Command> kMenuCommands = kTable;

}  // namespace kedge::boot
