// The x86 call filter: calls of one function look alike to LZMA when they hold the address called
// instead of the distance to it. Saves a twentieth of an image.
#pragma once

#include "base/types.h"

namespace kedge::boot {

/// Turns addresses back into distances, in place. The inverse of call_filter() in
/// tools/build/make-payload.py: behind each byte E8 or E9 (call and jmp with a 32-bit distance, or
/// what looks like one) a value v in [-position, size) was rotated within that range, position
/// being that of the four bytes. Any input is fine.
void undo_call_filter(MutableBytes code);

}  // namespace kedge::boot
