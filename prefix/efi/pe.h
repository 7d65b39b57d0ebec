// What an image is, by its headers. PE/COFF specification, section 3; Linux boot protocol.
#pragma once

#include "base/str.h"

namespace kedge::efi {

/// A PE32+ file for UEFI on x86-64. A Linux kernel with an EFI stub is one too.
bool is_efi_image(Bytes data);

/// The section of that name in an image that a loader has laid out in memory; empty if there is
/// none, or not wholly inside.
Bytes loaded_section(Bytes image, StrView name);

/// A Linux kernel ("HdrS"), whose stub asks the firmware for an initial ram disk.
bool is_linux_kernel(Bytes data);

}  // namespace kedge::efi
