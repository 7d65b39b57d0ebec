#include "prefix/efi/load_file.h"

namespace kedge::efi {
namespace {

/// LINUX_EFI_INITRD_MEDIA_GUID.
constexpr Guid kLinuxInitrdGuid = {
    0x5568e427, 0x68fc, 0x4f3d, {0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68}};

}  // namespace

Result<void> InitrdLoadFile::install() {
    TRY(append_node(path_, MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP,
                    {reinterpret_cast<const u8*>(&kLinuxInitrdGuid), sizeof(Guid)}));
    TRY(append_end(path_));
    const EFI_STATUS status = env_.boot->InstallMultipleProtocolInterfaces(
        &handle_, guid_argument(kDevicePathGuid), as_protocol(path_), guid_argument(kLoadFile2Guid),
        &interface_.protocol, nullptr);
    if (!failed(status)) return {};
    handle_ = nullptr;
    return to_error(status);
}

void InitrdLoadFile::uninstall() {
    if (handle_ == nullptr) return;
    env_.boot->UninstallMultipleProtocolInterfaces(
        handle_, guid_argument(kDevicePathGuid), as_protocol(path_), guid_argument(kLoadFile2Guid),
        &interface_.protocol, nullptr);
    handle_ = nullptr;
}

EFI_STATUS EFIAPI InitrdLoadFile::load_file(EFI_LOAD_FILE_PROTOCOL* self, EFI_DEVICE_PATH*,
                                            BOOLEAN boot_policy, UINTN* size, void* buffer) {
    const InitrdParts& parts = *reinterpret_cast<Interface*>(self)->parts;
    if (size == nullptr) return EFI_INVALID_PARAMETER;
    if (boot_policy) return EFI_UNSUPPORTED;
    const UINTN room = *size;
    *size = parts.size();
    if (buffer == nullptr || room < parts.size()) return EFI_BUFFER_TOO_SMALL;
    parts.copy_to({static_cast<u8*>(buffer), parts.size()});
    return EFI_SUCCESS;
}

}  // namespace kedge::efi
