// kedge.efi: the composition root. Everything made here is gone again when efi_main() returns.
#include "base/heap.h"
#include "base/log.h"
#include "prefix/common/firmware.h"
#include "prefix/common/serial.h"
#include "prefix/common/tsc_clock.h"
#include "prefix/efi/cached_packets.h"
#include "prefix/efi/clock.h"
#include "prefix/efi/console.h"
#include "prefix/efi/device_path.h"
#include "prefix/efi/devices.h"
#include "prefix/efi/entropy.h"
#include "prefix/efi/exit_hook.h"
#include "prefix/efi/loader.h"
#include "prefix/efi/local_file.h"
#include "prefix/efi/memory.h"
#include "prefix/efi/options.h"
#include "prefix/efi/pe.h"
#include "prefix/efi/system.h"
#include "prefix/efi/watchdog.h"

namespace kedge::efi {
namespace {

constexpr size_t kHeapSize = 16 * 1024 * 1024;

constexpr StrView kAutoexec = "autoexec.ipxe";
constexpr size_t kAutoexecLimit = 1024 * 1024;

constinit Heap heap;

/// Nothing of ours is left to end after run()'s part: cards are closed, and the exit hook watches.
class EfiHandover final : public boot::Handover {
  public:
    void close_all() override {}
};

Result<String> own_command_line(const Environment& env) {
    const auto* self = get_protocol<EFI_LOADED_IMAGE>(env, env.image, kLoadedImageGuid);
    if (self == nullptr || self->LoadOptions == nullptr) return String();
    const String program = TRY(last_file_path(self->FilePath));
    return command_line_from_options(
        {static_cast<const u8*>(self->LoadOptions), self->LoadOptionsSize}, program);
}

/// What kedge-image added: a section of our own image.
Bytes own_appendix(const Environment& env) {
    const auto* self = get_protocol<EFI_LOADED_IMAGE>(env, env.image, kLoadedImageGuid);
    if (self == nullptr || self->ImageBase == nullptr) return {};
    return loaded_section({static_cast<const u8*>(self->ImageBase), self->ImageSize}, ".kedge");
}

Result<int> boot(const Environment& env, platform::ConsoleGroup& console) {
    TscClock clock(tsc_hertz(env));
    SerialConsole serial(kCom1, clock);
    // Where the firmware's console goes to a serial port already, nothing may appear twice.
    if (!console_is_serial(env) && serial.init()) console.add(serial);
    FirmwareEntropy entropy(env);
    FirmwareSystem system(env);
    PageImageMemory image_memory(env);
    PageDma dma(env);
    IdentityMapper mapper;
    EfiHandover handover;

    LocalFile autoexec(image_memory);
    boot::BuiltInFile files[1];
    size_t file_count = 0;
    // Most machines have none.
    if (autoexec.read(env, kAutoexec, kAutoexecLimit).ok()) {
        files[file_count++] = {kAutoexec, autoexec.data()};
    }

    // Before a driver of ours takes the card from the firmware's network stack.
    CachedPackets cached;
    TRY(cached.read(env));

    Devices devices(env, {dma, mapper, clock});
    ExitHook exit_hook(env, devices);
    TRY(exit_hook.install());
    TRY(devices.find(console));
    PeLoader pe_loader(env, devices, console);
    boot::PayloadLoader* const loaders[] = {&pe_loader};
    OwnMedium medium(env, image_memory);
    const String command_line = TRY(own_command_line(env));

    Firmware firmware{
        .clock = clock,
        .console = console,
        .entropy = entropy,
        .system = system,
        .image_memory = image_memory,
        .platform_handover = handover,
        .devices = devices.all(),
        .loaders = loaders,
        .files = {files, file_count},
        .command_line = command_line,
        .cached_dhcp = cached.view(),
        .appendix = own_appendix(env),
        .medium = &medium,
    };
    return run(firmware);
}

EFI_STATUS main(const Environment& env) {
    disable_watchdog(env);
    TextConsole text(env);
    platform::ConsoleGroup console;
    console.add(text);
    log::set_sink(&console);

    Pages heap_pages(env);
    const auto region = heap_pages.allocate(kHeapSize);
    if (!region.ok()) {
        console.put("Kedge needs 16 MiB of memory, and the firmware has no such block\n");
        return EFI_OUT_OF_RESOURCES;
    }
    heap.add(*region);
    set_heap(heap);

    const Result<int> result = boot(env, console);
    if (!result.ok()) format(console, "Kedge cannot start: {}\n", describe(result.error()));
    text.restore();
    if (!result.ok()) return EFI_LOAD_ERROR;
    return *result == 0 ? EFI_SUCCESS : EFI_ABORTED;
}

}  // namespace
}  // namespace kedge::efi

/// Called by gnu-efi's start code, in the System V calling convention.
extern "C" EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE* table) {
    return kedge::efi::main({image, table, table->BootServices});
}
