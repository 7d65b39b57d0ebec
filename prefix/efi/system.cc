#include "prefix/efi/system.h"

#include "base/calendar.h"
#include "boot/acpi.h"
#include "prefix/efi/memory.h"

namespace kedge::efi {
namespace {

bool is_usable(u32 type) {
    switch (type) {
        case EfiLoaderCode:
        case EfiLoaderData:
        case EfiBootServicesCode:
        case EfiBootServicesData:
        case EfiConventionalMemory:
            return true;
        default:
            return false;
    }
}

/// What an operating system will be able to use.
struct UsableMemory {
    u64 total = 0;
    /// Number `index`, neighbours joined; empty if there are fewer.
    platform::System::MemoryRegion region;
};

/// All zero if the firmware will not tell.
UsableMemory usable_memory(const Environment& env, unsigned index) {
    constexpr size_t kMapBuffer = 64 * 1024;
    UsableMemory found;
    Pages buffer(env);
    const auto room = buffer.allocate(kMapBuffer);
    if (!room.ok()) return found;
    UINTN size = kMapBuffer;
    UINTN key = 0;
    UINTN step = 0;
    UINT32 version = 0;
    auto* map = reinterpret_cast<EFI_MEMORY_DESCRIPTOR*>(room->data());
    if (failed(env.boot->GetMemoryMap(&size, map, &key, &step, &version))) return found;
    if (step < sizeof(EFI_MEMORY_DESCRIPTOR) || size > kMapBuffer) return found;
    unsigned regions = 0;
    u64 end = UINT64_MAX;  // of the region before
    for (size_t at = 0; at + step <= size; at += step) {
        const auto* entry = reinterpret_cast<const EFI_MEMORY_DESCRIPTOR*>(room->data() + at);
        if (!is_usable(entry->Type)) continue;
        const u64 bytes = entry->NumberOfPages * kPageSize;
        found.total += bytes;
        if (entry->PhysicalStart != end) ++regions;
        end = entry->PhysicalStart + bytes;
        if (regions != index + 1) continue;
        if (found.region.end == 0) found.region.begin = entry->PhysicalStart;
        found.region.end = end;
    }
    return found;
}

const void* configuration_table(const Environment& env, const Guid& guid) {
    for (UINTN i = 0; i < env.table->NumberOfTableEntries; ++i) {
        const EFI_CONFIGURATION_TABLE& row = env.table->ConfigurationTable[i];
        if (same_guid(row.VendorGuid, guid)) return row.VendorTable;
    }
    return nullptr;
}

/// The firmware's own pointers are taken as they are: all memory is mapped as it is.
Bytes memory_at(u64 address, u64 size) {
    if (address == 0 || size > UINT64_MAX - address) return {};
    return {reinterpret_cast<const u8*>(address), size};
}

std::optional<boot::SmbiosEntryPoint> smbios_entry(const Environment& env, const Guid& guid) {
    constexpr size_t kLargestEntryPoint = 32;
    const void* entry = configuration_table(env, guid);
    if (entry == nullptr) return std::nullopt;
    return boot::find_smbios_entry({static_cast<const u8*>(entry), kLargestEntryPoint});
}

}  // namespace

FirmwareSystem::FirmwareSystem(const Environment& env)
    : env_(env), memory_size_(usable_memory(env, 0).total) {
    auto entry = smbios_entry(env, kSmbios3Guid);
    if (!entry) entry = smbios_entry(env, kSmbiosGuid);
    if (entry) smbios_ = {memory_at(entry->table, entry->size), entry->version};
}

Bytes FirmwareSystem::acpi_table(u32 signature, unsigned index) const {
    constexpr size_t kRsdpSize = 36;
    const void* rsdp = configuration_table(env_, kAcpiGuid);
    if (rsdp == nullptr) return {};
    return boot::find_acpi_table(boot::find_acpi_root({static_cast<const u8*>(rsdp), kRsdpSize}),
                                 memory_at, signature, index);
}

Bytes FirmwareSystem::physical_memory(u64 address, u64 size) const {
    return memory_at(address, size);
}

std::optional<platform::System::MemoryRegion> FirmwareSystem::memory_region(unsigned index) const {
    const MemoryRegion region = usable_memory(env_, index).region;
    return region.end == 0 ? std::nullopt : std::optional(region);
}

bool FirmwareSystem::request_setup() {
    constexpr u64 kBootToFirmwareUi = 1;
    constexpr u32 kAttributes =
        EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;
    EFI_RUNTIME_SERVICES& runtime = *env_.table->RuntimeServices;
    EFI_GUID global = EFI_GLOBAL_VARIABLE;
    // The firmware takes names by pointers to non-const, but never writes to them.
    const auto name_of = [](const char16_t* text) {
        return reinterpret_cast<CHAR16*>(const_cast<char16_t*>(text));
    };
    const auto read = [&](const char16_t* name) {
        u64 value = 0;
        UINTN size = sizeof(value);
        const EFI_STATUS status =
            runtime.GetVariable(name_of(name), &global, nullptr, &size, &value);
        return failed(status) || size != sizeof(value) ? 0 : value;
    };
    if ((read(u"OsIndicationsSupported") & kBootToFirmwareUi) == 0) return false;
    u64 wanted = read(u"OsIndications") | kBootToFirmwareUi;
    return !failed(runtime.SetVariable(name_of(u"OsIndications"), &global, kAttributes,
                                       sizeof(wanted), &wanted));
}

u64 FirmwareSystem::unix_time() {
    EFI_TIME time{};
    if (failed(env_.table->RuntimeServices->GetTime(&time, nullptr))) return 0;
    const u64 local =
        kedge::unix_time({time.Year, time.Month, time.Day, time.Hour, time.Minute, time.Second});
    // Local time is UTC less the zone's minutes.
    constexpr int kLargestZone = 1440;
    const int zone = time.TimeZone;
    const bool known = zone >= -kLargestZone && zone <= kLargestZone;
    return local == 0 || !known ? local : local + static_cast<u64>(i64{zone} * 60);
}

void FirmwareSystem::reboot(bool warm) {
    env_.table->RuntimeServices->ResetSystem(warm ? EfiResetWarm : EfiResetCold, EFI_SUCCESS, 0,
                                             nullptr);
}

void FirmwareSystem::power_off() {
    env_.table->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, nullptr);
}

}  // namespace kedge::efi
