#include "src/boot/form.h"

#include "src/boot/panel.h"

namespace kedge::boot {
namespace {

constexpr int kSave = control('x');

class FormEditor {
  public:
    FormEditor(Session& session, Menu& form)
        : session_(session),
          items_(form.items.span()),
          panel_(session, form.title, items_, "Enter: next   Ctrl-X: save   Esc: cancel", true) {}

    Result<void> run();

  private:
    Result<void> load();
    Result<bool> save();
    /// Keeps what was typed, moves, and goes on there.
    Result<void> move(int key);

    Session& session_;
    std::span<Item> items_;
    Panel panel_;
};

Result<void> FormEditor::load() {
    for (size_t i = items_.size(); i-- > 0;) {
        Item& item = items_[i];
        if (item.gap) continue;
        Result<String> value = session_.settings.get(item.name);
        if (value.ok()) item.value = std::move(*value);
        if (item.is_default) panel_.select(i);
    }
    return panel_.edit();
}

/// Stores all; false if a value is not one of its kind: the person is told and can correct it.
Result<bool> FormEditor::save() {
    TRY(panel_.end_edit(true));
    for (size_t i = 0; i < items_.size(); ++i) {
        const Item& item = items_[i];
        if (item.gap) continue;
        const Result<void> stored = session_.settings.set(item.name, item.value);
        if (stored.ok()) continue;
        panel_.select(i);
        TRY(panel_.edit());
        panel_.complain(Text<96>("{}: {}", item.name, describe(stored.error())));
        return false;
    }
    return true;
}

Result<void> FormEditor::move(int key) {
    TRY(panel_.end_edit(true));
    panel_.navigate(key);
    return panel_.edit();
}

Result<void> FormEditor::run() {
    if (!panel_.usable()) return Error::not_found;
    TRY(load());
    while (true) {
        int key = panel_.next_key();
        if (key == kEscape || key == kCtrlC) return Error::cancelled;
        if (key == kReturn || key == kLineFeed) {
            const size_t before = panel_.current();
            TRY(move(platform::kKeyDown));
            if (panel_.current() != before) continue;
            key = kSave;
        }
        if (key == kSave) {
            if (TRY(save())) return {};
        } else if (!TRY(panel_.edit_key(key))) {
            TRY(move(key));
        }
    }
}

}  // namespace

Result<void> edit_form(Session& session, Menu& form) {
    TRY(FormEditor(session, form).run());
    session.network.apply_settings();
    return {};
}

}  // namespace kedge::boot
