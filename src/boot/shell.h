// The shell: commands typed by a person.
#pragma once

#include "src/boot/session.h"

namespace kedge::boot {

/// Until `exit`, or until memory is short. What was typed decides nothing about the caller: a
/// failed command only prints its sentence.
void run_shell(Session& session);

}  // namespace kedge::boot
