// The command line in LoadedImage->LoadOptions.
#pragma once

#include "base/str.h"
#include "base/types.h"

namespace kedge::efi {

/// The text after the program name, or nothing. LoadOptions are UTF-16 by custom only: boot
/// managers also put binary data there, which must not be taken for commands. The UEFI shell puts
/// the program's name in front, and so do network loaders; others do not. `program` is the path of
/// our own file, or empty: its name, with or without ".efi", is known as the program's.
Result<String> command_line_from_options(Bytes options, StrView program);

}  // namespace kedge::efi
