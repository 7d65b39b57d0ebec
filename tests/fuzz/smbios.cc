// SMBIOS: an entry point, and a table of structures, as a firmware may have damaged them.
#include "boot/smbios.h"

using namespace kedge;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const Bytes all(data, size);
    static_cast<void>(boot::find_smbios_entry(all));
    static_cast<void>(boot::smbios_uuid(all, 0x0300));
    for (const unsigned type : {0u, 1u, 2u, 3u, 127u, 255u}) {
        for (unsigned instance = 0; instance < 3; ++instance) {
            const auto found = boot::find_smbios_structure(all, static_cast<u8>(type), instance);
            if (!found) continue;
            for (unsigned i = 0; i < 300; ++i) {
                if (found->string(i).size() > size || found->string_at(i).size() > size) {
                    __builtin_trap();
                }
            }
        }
    }
    return 0;
}
