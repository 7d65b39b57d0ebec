#include <cstdio>
#include <cstdlib>

#include "base/assert.h"

namespace kedge {

/// A failed ASSERT is a finding.
void assertion_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: ASSERT(%s) failed\n", file, line, expression);
    std::abort();
}

}  // namespace kedge
