// ACPI tables: the input is the machine's memory, from address 0.
#include "boot/acpi.h"

#include "base/types.h"

using namespace kedge;

namespace {

Bytes g_memory;

Bytes read(u64 address, u64 size) {
    if (address > g_memory.size() || size > g_memory.size() - address) return {};
    return g_memory.subspan(address, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    g_memory = Bytes(data, size);
    boot::AcpiRoot root = boot::find_acpi_root(g_memory);
    // Checksums stop most of what is random: begin at a list of tables as well.
    if (root.rsdt == 0 && root.xsdt == 0) root = {16, 16};
    for (const u32 signature : {boot::acpi_signature("FACP"), boot::acpi_signature("DSDT"),
                                boot::acpi_signature("SSDT")}) {
        for (unsigned index = 0; index < 3; ++index) {
            static_cast<void>(
                boot::find_soft_off(boot::find_acpi_table(root, read, signature, index)));
        }
    }
    static_cast<void>(boot::find_soft_off(g_memory));
    static_cast<void>(boot::parse_fadt(g_memory));
    return 0;
}
