// smbios/, cpuid/, acpi/ and memmap/ with the numbers that scripts write.
#include "boot_fixture.h"

using namespace kedge;
using namespace kedge::boot::test;

TEST_CASE_METHOD(BootFixture, "machine settings: by name and by number") {
    std::vector<u8> madt(60);
    for (size_t i = 0; i < madt.size(); ++i) madt[i] = static_cast<u8>(i);
    fake.system.acpi[0x41504943] = {madt, {1, 2, 3}};
    const std::string dsdt = "....._AUXMAC_#525400ABCDEF#.";
    fake.system.acpi[0x44534454] = {{dsdt.begin(), dsdt.end()}};

    struct Case {
        const char* setting;
        const char* value;
    };
    const Case cases[] = {
        {"product", "Fake 9000"},
        {"smbios/product", "Fake 9000"},
        {"serial:uristring", "SN%201"},
        {"board-serial", "Board A"},
        {"manufacturer", "<none>"},
        {"asset", "<none>"},
        {"uuid", "00112233-4455-6677-8899-aabbccddeeff"},
        {"uuid:guid", "33221100-5544-7766-8899-aabbccddeeff"},
        {"uuid:hexraw", "00112233445566778899aabbccddeeff"},
        {"smbios/1.5.0", "Fake 9000"},    // a string by the number at the offset
        {"smbios/1.0.2", "SN 1"},         // a string by its own number
        {"smbios/0.1.5.0", "Fake 9000"},  // with the instance
        {"smbios/1.2.7.0", "Board B"},    // the second board
        {"smbios/2.2.7.0", "<none>"},
        {"smbios/1.2.8.1", "34"},
        {"smbios/2.8.1:uint8", "0x12"},
        {"smbios/2.9.1", "<none>"},  // beyond the structure
        {"smbios/1.200.0", "<none>"},
        {"smbios/1.8.16:uuid", "03020100-0504-0706-0809-0a0b0c0d0e0f"},
        {"smbios/1.8.16:guid", "00010203-0405-0607-0809-0a0b0c0d0e0f"},
        {"smbios/1.8.16", "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f"},
        {"smbios/3.5.0", "<none>"},
        {"1.5.0", "<none>"},      // a number alone is a DHCP option
        {"smbios/67", "<none>"},  // and none within smbios
        {"cpuvendor", "(Fak e CCPU)"},
        {"cpuid/2.0x80000001", "00000001"},
        {"cpuid/3.1:uint32", "0x10"},
        {"cpuid/0.0", "00000007"},
        {"cpuid/1.0x40.0.7", "00000001"},  // sub-leaf 1
        {"cpuid/0.0x40.1.7", "00000077"},
        {"cpuid/0.8", "<none>"},  // beyond the last leaf
        {"cpuid/0.0x80000005", "<none>"},
        {"acpi/0x41504943.0.0.0x24.4", "24252627"},
        {"acpi/0x41504943.0.0.0x24.4:uint32", "0x27262524"},  // little-endian there
        {"acpi/0x41504943.1.0.0.0", "010203"},
        {"acpi/0x41504943.0.0.58.100", "3a3b"},
        {"acpi/0x41504943.0.0.61.1", "<none>"},
        {"acpi/0x41504943.2.0.0.0", "<none>"},
        {"sysmac", "52:54:00:ab:cd:ef"},
        {"memmap/0x100:uint32", "0x1000"},   // start of the first region
        {"memmap/0x200:uint32", "0x9e000"},  // its length
        {"memmap/0x300:uint32", "0x9f000"},  // both
        {"memmap/0x00010214:int32", "511"},  // the second, in MiB
        {"memmap/0x00020200", "<none>"},
        {"memmap/0xff000614:int32", "511"},  // all there are
        {"memmap/0xff000214", "<none>"},
        {"memmap/0x200", "000000000009e000"},
        {"memsize", "512"},
        {"vram", "<none>"},
        {"platform", "pcbios"},
        {"builtin/buildarch", "x86_64"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.setting);
        CHECK(get(one.setting) == one.value);
    }
    CHECK(get("cpumodel").substr(0, 15) == "Cooker than any");
}

TEST_CASE_METHOD(BootFixture, "machine settings: what a script stores hides them") {
    CHECK(line("set serial S-2 && set smbios/1.5.0 mine").ok());
    CHECK(get("serial") == "S-2");
    CHECK(get("smbios/serial") == "SN 1");
    CHECK(get("smbios/1.5.0") == "mine");
    CHECK(get("product") == "Fake 9000");
    CHECK(line("clear serial").ok());
    CHECK(get("serial") == "SN 1");
}

TEST_CASE_METHOD(BootFixture, "machine settings: damaged tables") {
    fake.system.structures = {1, 3, 0, 0};
    CHECK(get("smbios/1.5.0") == "<none>");
    fake.system.structures = {1, 5, 0, 0, 1, 0x1b, '[', 'A', 0, 0};
    CHECK(get("smbios/1.4.0") == "[A");  // nothing that moves a cursor
    fake.system.structures.clear();
    CHECK(get("product") == "<none>");
    const std::string cut = "_AUXMAC_#5254";
    fake.system.acpi[0x53534454] = {{cut.begin(), cut.end()}};
    CHECK(get("sysmac") == "<none>");
    const std::string odd = "_RTXMAC_#52540X000001#";
    fake.system.acpi[0x44534454] = {{odd.begin(), odd.end()}};
    CHECK(get("sysmac") == "<none>");
}
