#include "prefix/efi/system.h"

#include "base/calendar.h"
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

/// Sum of what an operating system will be able to use; zero if the firmware will not tell.
u64 usable_memory(const Environment& env) {
    constexpr size_t kMapBuffer = 64 * 1024;
    Pages buffer(env);
    const auto room = buffer.allocate(kMapBuffer);
    if (!room.ok()) return 0;
    UINTN size = kMapBuffer;
    UINTN key = 0;
    UINTN step = 0;
    UINT32 version = 0;
    auto* map = reinterpret_cast<EFI_MEMORY_DESCRIPTOR*>(room->data());
    if (failed(env.boot->GetMemoryMap(&size, map, &key, &step, &version))) return 0;
    if (step < sizeof(EFI_MEMORY_DESCRIPTOR) || size > kMapBuffer) return 0;
    u64 total = 0;
    for (size_t at = 0; at + step <= size; at += step) {
        const auto* entry = reinterpret_cast<const EFI_MEMORY_DESCRIPTOR*>(room->data() + at);
        if (is_usable(entry->Type)) total += entry->NumberOfPages * kPageSize;
    }
    return total;
}

std::optional<boot::SmbiosEntryPoint> smbios_entry(const Environment& env, const Guid& guid) {
    constexpr size_t kLargestEntryPoint = 32;
    for (UINTN i = 0; i < env.table->NumberOfTableEntries; ++i) {
        const EFI_CONFIGURATION_TABLE& row = env.table->ConfigurationTable[i];
        if (!same_guid(row.VendorGuid, guid)) continue;
        return boot::find_smbios_entry(
            {static_cast<const u8*>(row.VendorTable), kLargestEntryPoint});
    }
    return std::nullopt;
}

}  // namespace

FirmwareSystem::FirmwareSystem(const Environment& env)
    : env_(env), memory_size_(usable_memory(env)) {
    auto entry = smbios_entry(env, kSmbios3Guid);
    if (!entry) entry = smbios_entry(env, kSmbiosGuid);
    if (!entry) return;
    smbios_.parse({reinterpret_cast<const u8*>(entry->table), entry->size}, entry->version);
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
