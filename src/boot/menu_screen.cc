#include "src/boot/menu_screen.h"

#include "src/boot/panel.h"

namespace kedge::boot {
namespace {

/// The first item that has the shortcut; the number of items if none has.
size_t find_shortcut(const Menu& menu, int key) {
    size_t index = 0;
    while (index < menu.items.size() && menu.items[index].key != key) ++index;
    return index;
}

}  // namespace

Result<size_t> choose_item(Session& session, Menu& menu, std::optional<StrView> selected,
                           MenuWait wait) {
    Panel panel(session, menu.title, menu.items.span(), "Enter: choose   Esc: cancel", false);
    if (!panel.usable()) return Error::not_found;
    for (size_t i = 0; i < menu.items.size(); ++i) {
        const Item& item = menu.items[i];
        if (item.gap) continue;
        if (selected ? item.name.view() == *selected : item.is_default) panel.select(i);
    }
    panel.set_timeout(wait.first, wait.again);
    while (true) {
        const int key = panel.next_key();
        if (key == platform::kNoKey || key == kReturn || key == kLineFeed) return panel.current();
        if (key == kEscape || key == kCtrlC) return Error::cancelled;
        const size_t shortcut = find_shortcut(menu, key);
        if (shortcut < menu.items.size() && !menu.items[shortcut].gap) return shortcut;
        if (shortcut < menu.items.size()) {
            // A heading's shortcut leads to what stands below it.
            panel.select(shortcut);
            panel.navigate(platform::kKeyDown);
        } else if (!panel.navigate(key)) {
            panel.refresh();
        }
    }
}

}  // namespace kedge::boot
