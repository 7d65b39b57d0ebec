// Section tables of PE images.
#include <vector>

#include "base/assert.h"
#include "prefix/efi/pe.h"

using namespace kedge;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
    const std::vector<u8> copy(data, data + size);
    const Bytes section = efi::loaded_section(copy, ".kedge");
    if (section.empty()) return 0;
    ASSERT(section.data() >= copy.data());
    ASSERT(section.data() + section.size() <= copy.data() + copy.size());
    return 0;
}
