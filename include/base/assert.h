// Assertions catch our own bugs only: never use them on what a peer, a file, a host or firmware
// says.
#pragma once

#include "base/types.h"

namespace kedge {

/// Unit tests define this to throw, so that a test can check that a contract is enforced.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace kedge

// In an image a broken contract is an undefined instruction: the exception handler reports where,
// and no message strings take space.
#ifdef KEDGE_HOST
#define ASSERT(expression)                                                             \
    do {                                                                               \
        if (!(expression)) ::kedge::assertion_failed(#expression, __FILE__, __LINE__); \
    } while (false)
#else
#define ASSERT(expression)                   \
    do {                                     \
        if (!(expression)) __builtin_trap(); \
    } while (false)
#endif
