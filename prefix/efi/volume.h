// The downloaded files as a read-only file system for started images: a boot loader finds its
// neighbours there. UEFI Specification 2.10, sections 13.4 and 13.5.
#pragma once

#include "boot/image.h"
#include "prefix/efi/device_path.h"

namespace kedge::efi {

/// One flat directory; names do not depend on case. The firmware sees it while it is installed.
class ImageVolume {
  public:
    explicit ImageVolume(const Environment& env)
        : interface_{{EFI_FILE_IO_INTERFACE_REVISION, open_volume}, this}, env_(env) {}
    ~ImageVolume() { uninstall(); }
    ImageVolume(const ImageVolume&) = delete;
    ImageVolume& operator=(const ImageVolume&) = delete;

    /// Before install(). The image is borrowed.
    Result<void> add(const boot::Image& image) { return images_.push_back(&image); }
    Result<void> install();

    EFI_HANDLE handle() const { return handle_; }
    /// This volume's path followed by a file's.
    Result<DevicePath> path_to(StrView name) const;

  private:
    struct Interface {
        EFI_FILE_IO_INTERFACE protocol;  // first: the firmware knows only this address
        ImageVolume* volume;
    };
    struct File;

    static EFI_STATUS EFIAPI open_volume(EFI_FILE_IO_INTERFACE* self, EFI_FILE_HANDLE* root);
    EFI_STATUS open_file(const boot::Image* image, EFI_FILE_HANDLE* out);
    Result<void> append_volume(DevicePath& path) const;
    const boot::Image* find(StrView name) const;
    u64 total_size() const;
    void uninstall();

    Interface interface_;
    const Environment& env_;
    DevicePath path_;
    EFI_HANDLE handle_ = nullptr;
    Vector<const boot::Image*> images_;
};

}  // namespace kedge::efi
