// The fuzz targets as the unit tests see them; the table is made by tests/fuzz/list-targets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kedge::fuzz {

struct Target {
    const char* name;
    int (*run)(const uint8_t* data, size_t size);
};

const std::vector<Target>& targets();

}  // namespace kedge::fuzz
