// ${…} in the words of a command line.
#pragma once

#include "src/boot/settings.h"

namespace kedge::boot {

inline constexpr size_t kMaxExpandedSize = 64 * 1024;
inline constexpr unsigned kMaxExpansions = 1000;

/// Replaces each ${[block/]name[:type]} by its printed value, from inside out, and then looks at
/// the result again. What is unknown, unset or cannot be printed is empty. Error::too_large when
/// a value that contains itself would go on for ever; Error::no_memory.
Result<String> expand(StrView text, Settings& settings);

}  // namespace kedge::boot
