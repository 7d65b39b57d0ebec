// The firmware as prefix/efi sees it: gnu-efi's declarations, GUIDs, and the three pointers that
// every call needs. UEFI Specification 2.10. Raw EFI types stay inside prefix/efi.
#pragma once

#define GNU_EFI_USE_MS_ABI 1
extern "C" {
#include <efi.h>
}
#undef IN
#undef OUT
#undef OPTIONAL

#include "base/result.h"
#include "base/types.h"

namespace kedge::efi {

using Guid = EFI_GUID;

inline constexpr Guid kLoadedImageGuid = LOADED_IMAGE_PROTOCOL;
inline constexpr Guid kDevicePathGuid = DEVICE_PATH_PROTOCOL;
inline constexpr Guid kSimpleNetworkGuid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
inline constexpr Guid kPciIoGuid = EFI_PCI_IO_PROTOCOL_GUID;
inline constexpr Guid kTextInputExGuid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;
inline constexpr Guid kSimpleFileSystemGuid = SIMPLE_FILE_SYSTEM_PROTOCOL;
inline constexpr Guid kPxeBaseCodeGuid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;
inline constexpr Guid kFileInfoGuid = EFI_FILE_INFO_ID;
inline constexpr Guid kFileSystemInfoGuid = EFI_FILE_SYSTEM_INFO_ID;
inline constexpr Guid kVolumeLabelGuid = EFI_FILE_SYSTEM_VOLUME_LABEL_ID;
inline constexpr Guid kAcpiGuid = ACPI_20_TABLE_GUID;
inline constexpr Guid kSmbiosGuid = SMBIOS_TABLE_GUID;
inline constexpr Guid kSmbios3Guid = SMBIOS3_TABLE_GUID;
/// Marks the consoles that ConOut is split over (EDK2's console splitter).
inline constexpr Guid kConsoleOutDeviceGuid = {
    0xd3b36f2c, 0xd551, 0x11d4, {0x9a, 0x46, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
inline constexpr Guid kLoadFile2Guid = {
    0x4006c0c1, 0xfcb3, 0x403e, {0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d}};
inline constexpr Guid kRngGuid = {
    0x3152bca5, 0xeade, 0x433d, {0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44}};

/// Who we are and how to call the firmware. Borrowed; lives as long as efi_main().
struct Environment {
    EFI_HANDLE image = nullptr;
    EFI_SYSTEM_TABLE* table = nullptr;
    EFI_BOOT_SERVICES* boot = nullptr;
};

constexpr bool failed(EFI_STATUS status) { return static_cast<i64>(status) < 0; }

/// The nearest Error for a failed status.
Error to_error(EFI_STATUS status);

/// The firmware takes GUIDs by pointers to non-const, but never writes to them.
inline EFI_GUID* guid_argument(const Guid& guid) { return const_cast<EFI_GUID*>(&guid); }

bool same_guid(const Guid& a, const Guid& b);

/// A protocol for a look at it: nothing needs to be closed, and it may vanish when its driver is
/// disconnected. Null if the handle does not have it.
template <typename T>
T* get_protocol(const Environment& env, EFI_HANDLE handle, const Guid& guid) {
    if (handle == nullptr) return nullptr;
    void* interface = nullptr;
    const EFI_STATUS status =
        env.boot->OpenProtocol(handle, guid_argument(guid), &interface, env.image, nullptr,
                               EFI_OPEN_PROTOCOL_GET_PROTOCOL);
    return failed(status) ? nullptr : static_cast<T*>(interface);
}

/// The first instance of a protocol in the system, or null.
template <typename T>
T* locate_protocol(const Environment& env, const Guid& guid) {
    void* interface = nullptr;
    const EFI_STATUS status = env.boot->LocateProtocol(guid_argument(guid), nullptr, &interface);
    return failed(status) ? nullptr : static_cast<T*>(interface);
}

/// All handles that have a protocol. Owns the firmware's list.
class Handles {
  public:
    Handles(const Environment& env, const Guid& guid);
    ~Handles();
    Handles(const Handles&) = delete;
    Handles& operator=(const Handles&) = delete;

    EFI_HANDLE* begin() const { return list_; }
    EFI_HANDLE* end() const { return list_ + count_; }

  private:
    const Environment& env_;
    EFI_HANDLE* list_ = nullptr;
    UINTN count_ = 0;
};

/// A controller's protocol that is ours alone: opened BY_DRIVER and EXCLUSIVE, so drivers that had
/// it were disconnected. give_back() closes it and lets the firmware connect its drivers again.
class Claim {
  public:
    Claim(const Environment& env, EFI_HANDLE handle, const Guid& guid)
        : env_(env), handle_(handle), guid_(guid) {}
    ~Claim() { give_back(); }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    /// Error::busy if another driver would not let go. Idempotent.
    Result<void> take();
    /// Idempotent.
    void give_back();
    /// No more calls, because the driver behind the protocol is not to be trusted any more.
    void forget() { interface_ = nullptr; }
    bool taken() const { return interface_ != nullptr; }
    EFI_HANDLE handle() const { return handle_; }

    template <typename T>
    T* get() const {
        return static_cast<T*>(interface_);
    }

  private:
    EFI_STATUS open();
    void disconnect_owners();

    const Environment& env_;
    EFI_HANDLE handle_;
    const Guid& guid_;
    void* interface_ = nullptr;
};

}  // namespace kedge::efi
