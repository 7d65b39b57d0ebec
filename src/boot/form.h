// Forms: settings edited on a screen.
#pragma once

#include "src/boot/session.h"

namespace kedge::boot {

/// Lets a person edit the settings that the form's items name, and stores them. Error::cancelled
/// after Ctrl-C or Esc, Error::not_found if the form has no fields; then nothing is stored.
Result<void> edit_form(Session& session, Menu& form);

/// Views and edits the settings of a block and those below it; comes back when the person is done.
Result<void> edit_settings(Session& session, SettingsBlock& block);

}  // namespace kedge::boot
