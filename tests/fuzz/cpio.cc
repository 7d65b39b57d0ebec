// cpio headers: the size that is announced must be the size that is written.
#include "boot/cpio.h"

#include <vector>

using namespace kedge;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const StrView arguments(reinterpret_cast<const char*>(data), size);
    const size_t wanted = boot::cpio_headers_size(arguments);
    if (wanted > 64 << 20) return 0;
    std::vector<u8> out(wanted);
    Writer writer(out);
    boot::emit_cpio_headers(writer, arguments, static_cast<u32>(size));
    if (!writer.ok() || writer.size() != wanted || wanted % 4 != 0) __builtin_trap();
    return 0;
}
