// A choice from a list, made by a person or by the clock.
#pragma once

#include "src/boot/session.h"

namespace kedge::boot {

/// Shows `items` under `title` and lets a person choose: arrow keys and Enter. Returns the index
/// chosen. Without any key within `timeout` it is `preselected` (which must be an index); a key
/// ends the countdown. Duration() waits for ever. The texts may come from the network: bytes that
/// are no printable ASCII do not reach the console. Error::cancelled after Esc or Ctrl-C;
/// Error::invalid_argument for an empty list.
Result<size_t> choose_from_list(Session& session, StrView title, std::span<const StrView> items,
                                size_t preselected, Duration timeout);

}  // namespace kedge::boot
