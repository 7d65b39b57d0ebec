// The unit test program. A failed ASSERT throws, so that tests can check contracts.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

#include "base/assert.h"

namespace kedge {

void assertion_failed(const char* expression, const char* file, int line) {
    throw std::logic_error(std::string(file) + ":" + std::to_string(line) + ": " + expression);
}

}  // namespace kedge
