// What a person sees of a menu.
#pragma once

#include "src/boot/session.h"

namespace kedge::boot {

struct MenuWait {
    Duration first;  // until the selected item is taken if no key is pressed; zero: for ever
    Duration again;  // the same after each key
};

/// Lets a person choose; returns the index of the item. `selected` is the name of the item to begin
/// with; without it the default item is, or the first. Error::cancelled after Ctrl-C or Esc,
/// Error::not_found if there is nothing to choose.
Result<size_t> choose_item(Session& session, Menu& menu, std::optional<StrView> selected,
                           MenuWait wait);

}  // namespace kedge::boot
