// A choice from a list, made by a person or by the clock.
#pragma once

#include "src/boot/session.h"

namespace kedge::boot {

/// Shows `items` under `title` and lets a person choose: Returns the index chosen; without
/// any key within `timeout` that is `preselected`. Duration() waits for ever. The texts may come
/// from the network. Error::cancelled after Esc or Ctrl-C; Error::invalid_argument if
/// `preselected` is no index.
Result<size_t> choose_from_list(Session& session, StrView title, std::span<const StrView> items,
                                size_t preselected, Duration timeout);

}  // namespace kedge::boot
