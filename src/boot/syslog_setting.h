// The setting `syslog`: where the console's lines go besides.
#pragma once

namespace kedge::boot {

class Session;

/// Puts the settings `syslog` and `hostname` to work as they are now. `syslog6` and `syslogs` name
/// servers that need what is not built in; they are accepted and do nothing.
void apply_syslog_setting(Session& session);

}  // namespace kedge::boot
