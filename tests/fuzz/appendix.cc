// What kedge-image added, as a damaged file or a stranger has it. The sum is made right, or no
// input would get past it.
#include <vector>

#include "base/assert.h"
#include "base/endian.h"
#include "prefix/common/appendix.h"
#include "prefix/common/crc32.h"

using namespace kedge;

namespace {

constexpr size_t kSize = 12;
constexpr size_t kSum = 16;
constexpr size_t kSummed = 20;

void read_all(Bytes input) {
    const Result<Bytes> entries = appendix_entries(input);
    if (!entries.ok()) return;
    Bytes rest = *entries;
    AppendixEntry entry;
    while (next_entry(rest, entry)) {
        ASSERT(entry.name.size() <= input.size() && entry.data.size() <= input.size());
    }
    ASSERT(rest.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
    std::vector<u8> copy(data, data + size);
    read_all(copy);
    if (size < kSummed) return 0;
    const size_t claimed = load_le<u32>(Bytes(copy).subspan(kSize));
    if (claimed < kSummed || claimed > size) return 0;
    const u32 sum = crc32(Bytes(copy).subspan(kSummed, claimed - kSummed));
    store_le<u32>(MutableBytes(copy).subspan(kSum), sum);
    read_all(copy);
    return 0;
}
