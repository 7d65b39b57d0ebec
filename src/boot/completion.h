// What Tab does in the shell.
#pragma once

#include "src/boot/line_editor.h"
#include "src/boot/session.h"

namespace kedge::boot {

/// Completes what stands before the cursor as far as it is certain: a command, an option, a setting
/// after "${", or the name of an image. If nothing is certain, lists what could follow.
Result<void> complete(Session& session, LineEditor& editor);

}  // namespace kedge::boot
