// The initial ram disk for Linux's EFI stub: LoadFile2 on a well-known device path.
// UEFI Specification 2.10, section 13.2; Linux Documentation/admin-guide/efi-stub.rst.
#pragma once

#include "prefix/efi/device_path.h"
#include "prefix/efi/initrd.h"

namespace kedge::efi {

/// Serves `parts` while it is installed.
class InitrdLoadFile {
  public:
    InitrdLoadFile(const Environment& env, const InitrdParts& parts)
        : interface_{{load_file}, &parts}, env_(env) {}
    ~InitrdLoadFile() { uninstall(); }
    InitrdLoadFile(const InitrdLoadFile&) = delete;
    InitrdLoadFile& operator=(const InitrdLoadFile&) = delete;

    /// Error::busy if somebody else offers an initial ram disk already: there can be only one.
    Result<void> install();

  private:
    struct Interface {
        EFI_LOAD_FILE_PROTOCOL protocol;  // first: the firmware knows only this address
        const InitrdParts* parts;
    };

    static EFI_STATUS EFIAPI load_file(EFI_LOAD_FILE_PROTOCOL* self, EFI_DEVICE_PATH* path,
                                       BOOLEAN boot_policy, UINTN* size, void* buffer);
    void uninstall();

    Interface interface_;
    const Environment& env_;
    DevicePath path_;
    EFI_HANDLE handle_ = nullptr;
};

}  // namespace kedge::efi
