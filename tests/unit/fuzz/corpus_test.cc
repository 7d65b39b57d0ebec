// Every input that fuzzing has kept, through its target once more.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/support/targets.h"

using namespace kedge;

TEST_CASE("fuzz targets take their corpora", "[fuzz]") {
    for (const fuzz::Target& target : fuzz::targets()) {
        const std::filesystem::path folder = std::string("tests/fuzz/corpus/") + target.name;
        INFO(folder);
        size_t inputs = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
            INFO(entry.path());
            CHECK(target.run(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()) == 0);
            ++inputs;
        }
        CHECK(inputs > 0);
    }
}
