// The screen of `config`.
#include "src/boot/form.h"
#include "src/boot/panel.h"

namespace kedge::boot {
namespace {

constexpr int kRemove = control('d');
constexpr int kLeave = control('x');

/// One block: its child blocks, then its settings.
class BlockEditor {
  public:
    BlockEditor(Session& session, SettingsBlock& block) : session_(session), block_(block) {}

    /// The block to go to next: a child, the parent, or null to leave.
    Result<SettingsBlock*> run();

  private:
    Result<void> add(StrView name, StrView text);
    Result<void> list();
    void load(Item& item) const;
    Result<void> store(Panel& panel, StrView value);
    Result<void> edit(Panel& panel);

    Session& session_;
    SettingsBlock& block_;
    Vector<Item> items_;
    size_t children_ = 0;  // the first items
};

Result<void> BlockEditor::add(StrView name, StrView text) {
    TRY(add_item(items_, name, text))->secret = name.ends_with("password");
    return {};
}

Result<void> BlockEditor::list() {
    for (const SettingsBlock& child : block_.children()) {
        TRY(add(child.name(), Text<40>("{}/", child.name())));
    }
    children_ = items_.size();
    for (size_t i = 0; !predefined_setting(i).empty(); ++i) {
        TRY(add(predefined_setting(i), predefined_setting(i)));
    }
    for (size_t i = 0; !block_.stored_name(i).empty(); ++i) {
        const StrView name = block_.stored_name(i);
        if (!is_predefined(name)) TRY(add(name, name));
    }
    for (size_t i = children_; i < items_.size(); ++i) load(items_[i]);
    return {};
}

void BlockEditor::load(Item& item) const {
    item.value.clear();
    const SettingKey key = SettingKey::of(item.name);
    SettingValue value;
    if (!block_.search(key, value).ok()) return;
    // What is no value of its type stays empty here; `show` tells more.
    const Result<void> printed =
        print_setting(key.type.value_or(value.type), value.bytes.span(), item.value);
    if (!printed.ok()) item.value.clear();
}

Result<void> BlockEditor::store(Panel& panel, StrView value) {
    Item& item = items_[panel.current()];
    const SettingKey key = SettingKey::of(item.name);
    const SettingType type = key.type.value_or(SettingType::string);
    Vector<u8> raw;
    Result<void> stored = read_setting(type, value, raw);
    if (value.empty()) {
        stored = block_.clear(key);
    } else if (stored.ok()) {
        stored = block_.store(key, type, raw.span());
    }
    if (stored.error() == Error::no_memory) return stored;
    load(item);
    session_.network.apply_settings();
    panel.refresh();
    if (!stored.ok()) panel.complain(Text<96>("{}: {}", item.name, describe(stored.error())));
    return {};
}

Result<void> BlockEditor::edit(Panel& panel) {
    TRY(panel.edit());
    while (true) {
        const int key = panel.next_key();
        const bool cancelled = key == kEscape || key == kCtrlC;
        if (cancelled || key == kReturn || key == kLineFeed) {
            TRY(panel.end_edit(!cancelled));
            return cancelled ? Result<void>() : store(panel, items_[panel.current()].value);
        }
        IGNORE_RESULT(TRY(panel.edit_key(key)));
    }
}

Result<SettingsBlock*> BlockEditor::run() {
    TRY(list());
    String path;
    TRY(block_.append_path(path));
    const String title = TRY(format_string("Settings {}", path));
    Panel panel(session_, title, items_.span(),
                "Enter: edit or open   Ctrl-D: remove   Esc: back   Ctrl-X: leave", true);
    while (true) {
        const int key = panel.next_key();
        const size_t current = panel.current();
        if (key == kLeave || key == kCtrlC) return nullptr;
        if (key == kEscape || key == kBackspace) return block_.parent();
        if (key == kReturn || key == kLineFeed) {
            if (current < children_) return block_.child(items_[current].name);
            TRY(edit(panel));
        } else if (key == kRemove && current >= children_) {
            TRY(store(panel, {}));
        } else if (!panel.navigate(key)) {
            panel.refresh();
        }
    }
}

}  // namespace

Result<void> edit_settings(Session& session, SettingsBlock& block) {
    SettingsBlock* next = &block;
    while (next != nullptr) next = TRY(BlockEditor(session, *next).run());
    return {};
}

}  // namespace kedge::boot
