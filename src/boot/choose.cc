#include "src/boot/choose.h"

#include "src/boot/menu_screen.h"

namespace kedge::boot {

Result<size_t> choose_from_list(Session& session, StrView title, std::span<const StrView> items,
                                size_t preselected, Duration timeout) {
    if (preselected >= items.size()) return Error::invalid_argument;
    Menu menu;
    TRY(menu.title.assign(title));
    for (const StrView item : items) TRY(add_item(menu.items, {}, item));
    menu.items[preselected].is_default = true;
    return choose_item(session, menu, std::nullopt, {timeout, {}});
}

}  // namespace kedge::boot
