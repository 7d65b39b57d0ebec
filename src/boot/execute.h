// Starting images: scripts by ourselves, everything else by the loaders.
#pragma once

#include "src/boot/session.h"

namespace kedge::boot {

/// Scripts that run inside of scripts.
inline constexpr unsigned kMaxScriptDepth = 16;

/// "script", the name of a loader, or "data".
StrView image_type(const Session& session, const Image& image);
/// Can it be started?
bool is_executable(const Session& session, const Image& image);

/// Starts an image of the store and comes back when it ends, unless it takes the machine. Prints
/// why it could not be started. An image with auto_free is gone afterwards: success or not. After
/// `exit n` with n != 0 the error is Error::exec_failed.
Result<void> execute(Session& session, Image& image);

}  // namespace kedge::boot
