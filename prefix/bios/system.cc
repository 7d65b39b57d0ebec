#include "prefix/bios/system.h"

#include "arch/cpu.h"
#include "arch/port.h"
#include "base/endian.h"
#include "boot/acpi.h"

namespace kedge::bios {

namespace {

constexpr u64 kBelow4G = u64{1} << 32;

/// Firmware tables lie below 4 GiB, which is mapped; empty otherwise.
Bytes table_at(u64 address, u64 size) {
    if (address == 0 || size > kBelow4G || address > kBelow4G - size) return {};
    return {physical<const u8>(address), size};
}

boot::AcpiRoot find_acpi_root() {
    const u32 ebda = u32{read_low16(0x40e)} << 4;
    const boot::AcpiRoot root = boot::find_acpi_root(ebda != 0 ? table_at(ebda, 1024) : Bytes());
    return root.rsdt != 0 ? root : boot::find_acpi_root(table_at(0xe0000, 0x20000));
}

}  // namespace

BiosSystem::BiosSystem(RealMode& real, const MemoryMap& map, platform::Clock& clock)
    : real_(real), map_(map), clock_(clock) {
    const auto entry = boot::find_smbios_entry(table_at(0xf0000, 0x10000));
    if (entry) smbios_ = {table_at(entry->table, entry->size), entry->version};
}

Bytes BiosSystem::acpi_table(u32 signature, unsigned index) const {
    return boot::find_acpi_table(find_acpi_root(), table_at, signature, index);
}

Bytes BiosSystem::physical_memory(u64 address, u64 size) const { return table_at(address, size); }

std::optional<platform::System::MemoryRegion> BiosSystem::memory_region(unsigned index) const {
    for (const boot::MemoryRow& row : map_.rows()) {
        if (is_usable(row) && index-- == 0) return MemoryRegion{row.range.begin, row.range.end};
    }
    return std::nullopt;
}

void BiosSystem::pause_for(Duration time) {
    const Instant end = clock_.now() + time;
    while (clock_.now() < end) arch::pause();
}

void BiosSystem::reboot(bool warm) {
    constexpr u32 kResetFlag = 0x472;
    constexpr u16 kKeyboardCommand = 0x64;
    constexpr u16 kResetControl = 0xcf9;  // PCI chipsets
    write_low16(kResetFlag, warm ? 0x1234 : 0);
    for (int i = 0; i < 1000 && (arch::in8(kKeyboardCommand) & 2) != 0; ++i) {
        pause_for(Duration::us(100));
    }
    arch::out8(kKeyboardCommand, 0xfe);
    pause_for(Duration::ms(100));
    arch::out8(kResetControl, 0x02);
    pause_for(Duration::ms(1));
    arch::out8(kResetControl, 0x06);
    pause_for(Duration::ms(100));
    struct [[gnu::packed]] {
        u16 limit = 0;
        u64 base = 0;
    } const no_idt;
    asm volatile("lidt %0; int3" : : "m"(no_idt) : "memory");
}

void BiosSystem::acpi_off() {
    constexpr u16 kSciEnabled = 1;
    constexpr u16 kSleepEnable = 1 << 13;
    const auto fadt = boot::parse_fadt(acpi_table(boot::acpi_signature("FACP"), 0));
    if (!fadt.has_value() || fadt->pm1a_control == 0 || fadt->pm1a_control > 0xffff) return;
    const auto types = boot::find_soft_off(acpi_table(boot::acpi_signature("DSDT"), 0));
    if (!types.has_value()) return;
    const u16 pm1a = static_cast<u16>(fadt->pm1a_control);
    const u16 pm1b = static_cast<u16>(fadt->pm1b_control);
    if ((arch::in16(pm1a) & kSciEnabled) == 0 && fadt->smi_command != 0 && fadt->acpi_enable != 0) {
        arch::out8(static_cast<u16>(fadt->smi_command), fadt->acpi_enable);
        for (int i = 0; i < 300 && (arch::in16(pm1a) & kSciEnabled) == 0; ++i) {
            pause_for(Duration::ms(10));
        }
    }
    arch::out16(pm1a, static_cast<u16>(types->pm1a << 10 | kSleepEnable));
    if (pm1b != 0) arch::out16(pm1b, static_cast<u16>(types->pm1b << 10 | kSleepEnable));
    pause_for(Duration::ms(500));
}

// Advanced Power Management BIOS Interface Specification 1.2.
void BiosSystem::apm_off() {
    Registers registers{.eax = 0x5300};  // installation check
    real_.interrupt(0x15, registers);
    if (registers.carry() || (registers.ebx & 0xffff) != 0x504d) return;
    registers = {.eax = 0x5301};  // connect the real-mode interface
    real_.interrupt(0x15, registers);
    registers = {.eax = 0x530e, .ecx = 0x0102};  // we know 1.2
    real_.interrupt(0x15, registers);
    registers = {.eax = 0x5307, .ebx = 1, .ecx = 3};  // all devices: off
    real_.interrupt(0x15, registers);
    pause_for(Duration::ms(500));
}

void BiosSystem::power_off() {
    acpi_off();
    apm_off();
}

}  // namespace kedge::bios
