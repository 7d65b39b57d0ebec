// File names as UEFI programs write them.
#pragma once

#include "base/str.h"

namespace kedge::efi {

/// What a path means in a volume with one flat directory: the name of a file, nothing for the
/// directory itself. "\", ".", ".." and doubled separators all stay in that directory. Directories
/// in front of the name are ignored: a loader that asks for \EFI\BOOT\grubx64.efi means the
/// downloaded grubx64.efi.
std::optional<StrView> flat_file_name(StrView path);

}  // namespace kedge::efi
