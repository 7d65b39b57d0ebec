#include "prefix/efi/loader.h"

#include "prefix/efi/load_file.h"
#include "prefix/efi/pe.h"
#include "prefix/efi/utf16.h"
#include "prefix/efi/volume.h"
#include "prefix/efi/watchdog.h"

namespace kedge::efi {
namespace {

Error explain_load(EFI_STATUS status, proto::Failure& why) {
    if (status == EFI_SECURITY_VIOLATION || status == EFI_ACCESS_DENIED) {
        why.cause = Text<96>("Secure Boot does not trust the image");
        why.hint = Text<96>("it must be signed with a key that the firmware knows");
        return Error::security;
    }
    why.cause = Text<96>("the firmware cannot load it (status {x})", status);
    if (status == EFI_UNSUPPORTED || status == EFI_LOAD_ERROR) {
        why.hint = Text<96>("is it complete, and made for this machine?");
        return Error::bad_format;
    }
    return to_error(status);
}

/// Programs expect their own name in front, as the UEFI shell gives it.
Result<Utf16> load_options(const boot::Launch& launch) {
    const StrView space = launch.command_line.empty() ? "" : " ";
    const String text =
        TRY(format_string("{}{}{}", launch.image.name(), space, launch.command_line));
    return to_utf16(text);
}

}  // namespace

bool PeLoader::probe(Bytes data) const { return is_efi_image(data); }

Result<void> PeLoader::boot(const boot::Launch& launch, boot::Handover& handover,
                            proto::Failure& why) {
    const Result<void> result = run(launch, handover, why);
    if (result.ok()) return result;
    why.error = result.error();
    why.stage = Text<160>("EFI image {}", launch.image.name());
    if (why.cause.empty()) why.cause = Text<96>("{}", describe(result.error()));
    return result;
}

Result<void> PeLoader::run(const boot::Launch& launch, boot::Handover& handover,
                           proto::Failure& why) {
    const bool linux = is_linux_kernel(launch.image.data());
    ImageVolume volume(env_);
    InitrdParts initrd;
    TRY(volume.add(launch.image));
    for (const boot::Image* image : launch.initrds) {
        TRY(volume.add(*image));
        if (linux) TRY(initrd.add(*image));
    }
    TRY(volume.install());
    InitrdLoadFile load_file(env_, initrd);
    // Other loaders offer initial ram disks of their own there, so only Linux gets ours.
    if (initrd.size() != 0) {
        const Result<void> offered = load_file.install();
        if (offered.error() == Error::busy) {
            why.cause = Text<96>("another program offers its initial ram disk already");
        }
        TRY(offered);
    }

    Utf16 options = TRY(load_options(launch));
    const EFI_HANDLE image = TRY(load(launch, volume, why));
    auto* loaded = get_protocol<EFI_LOADED_IMAGE>(env_, image, kLoadedImageGuid);
    if (loaded == nullptr) {
        env_.boot->UnloadImage(image);
        return Error::io;
    }
    loaded->DeviceHandle = volume.handle();
    loaded->LoadOptions = options.begin();
    loaded->LoadOptionsSize = static_cast<UINT32>(options.size() * sizeof(u16));
    handover.end_conversations();
    const Result<void> result = start(image, linux, why);
    // A driver stays, and what we lent it goes.
    loaded = get_protocol<EFI_LOADED_IMAGE>(env_, image, kLoadedImageGuid);
    if (loaded != nullptr && loaded->LoadOptions == options.begin()) {
        loaded->LoadOptions = nullptr;
        loaded->LoadOptionsSize = 0;
        loaded->DeviceHandle = nullptr;
    }
    return result;
}

Result<EFI_HANDLE> PeLoader::load(const boot::Launch& launch, ImageVolume& volume,
                                  proto::Failure& why) {
    DevicePath path = TRY(volume.path_to(launch.image.name()));
    const Bytes data = launch.image.data();
    EFI_HANDLE image = nullptr;
    const EFI_STATUS status = env_.boot->LoadImage(
        FALSE, env_.image, as_protocol(path), const_cast<u8*>(data.data()), data.size(), &image);
    if (!failed(status)) return image;
    // An image that is not trusted is loaded all the same, for others to decide.
    if (status == EFI_SECURITY_VIOLATION && image != nullptr) env_.boot->UnloadImage(image);
    return explain_load(status, why);
}

Result<void> PeLoader::start(EFI_HANDLE image, bool linux, proto::Failure& why) {
    if (!linux) devices_.lend();
    UINTN size = 0;
    CHAR16* text = nullptr;
    const EFI_STATUS status = env_.boot->StartImage(image, &size, &text);
    disable_watchdog(env_);
    if (text != nullptr) env_.boot->FreePool(text);
    devices_.take_back(console_);  // also after an ExitBootServices() that failed
    if (!failed(status)) return {};
    why.cause = Text<96>("it came back with status {x}", status);
    return status == EFI_SECURITY_VIOLATION ? Error::security : Error::exec_failed;
}

}  // namespace kedge::efi
