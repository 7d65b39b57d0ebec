#include "prefix/efi/volume.h"

#include "base/endian.h"
#include "prefix/efi/file_name.h"
#include "prefix/efi/utf16.h"

namespace kedge::efi {
namespace {

/// Ours: names the volume in device paths.
constexpr Guid kVolumeGuid = {
    0x6b656467, 0x6520, 0x4669, {0x9c, 0x65, 0x73, 0x20, 0x6f, 0x6e, 0x65, 0x31}};
constexpr StrView kLabel = "Kedge";
constexpr size_t kMaxName = 256;
constexpr u32 kBlockSize = 512;

/// Writes a fixed part and a NUL-ended name behind it, as every information structure has them.
template <typename Info>
EFI_STATUS return_info(Info info, size_t fixed_size, StrView name, UINTN* size, void* buffer) {
    std::array<u16, kMaxName> wide{};
    copy_utf16(name, wide);  // cut names are still names
    size_t units = 0;
    while (wide[units++] != 0) {
    }
    const size_t whole = fixed_size + units * sizeof(u16);
    const UINTN room = *size;
    *size = whole;
    if (room < whole || buffer == nullptr) return EFI_BUFFER_TOO_SMALL;
    if constexpr (requires { info.Size; }) info.Size = whole;
    const MutableBytes out(static_cast<u8*>(buffer), whole);
    copy_bytes(out.first(fixed_size), {reinterpret_cast<const u8*>(&info), sizeof(info)});
    copy_bytes(out.subspan(fixed_size),
               {reinterpret_cast<const u8*>(wide.data()), units * sizeof(u16)});
    return EFI_SUCCESS;
}

EFI_STATUS return_file_info(const boot::Image* image, UINTN* size, void* buffer) {
    EFI_FILE_INFO info{};
    info.Attribute = EFI_FILE_READ_ONLY;
    if (image == nullptr) {
        info.Attribute |= EFI_FILE_DIRECTORY;
    } else {
        info.FileSize = image->data().size();
        info.PhysicalSize = align_up(info.FileSize, kBlockSize);
    }
    return return_info(info, SIZE_OF_EFI_FILE_INFO, image != nullptr ? image->name() : StrView(),
                       size, buffer);
}

}  // namespace

/// An open file, or the directory. Lives in the firmware's pool, because its owner may close it at
/// any time and task priority.
struct ImageVolume::File {
    EFI_FILE_PROTOCOL protocol;  // first: the firmware knows only this address
    ImageVolume* volume;
    const boot::Image* image;  // null: the directory
    u64 position;              // bytes, or entries of the directory

    static File& of(EFI_FILE_HANDLE handle) { return *reinterpret_cast<File*>(handle); }

    static EFI_STATUS EFIAPI open(EFI_FILE_HANDLE self, EFI_FILE_HANDLE* out, CHAR16* name,
                                  UINT64 mode, UINT64 attributes);
    static EFI_STATUS EFIAPI close(EFI_FILE_HANDLE self);
    static EFI_STATUS EFIAPI remove(EFI_FILE_HANDLE self);
    static EFI_STATUS EFIAPI read(EFI_FILE_HANDLE self, UINTN* size, void* buffer);
    static EFI_STATUS EFIAPI write(EFI_FILE_HANDLE self, UINTN* size, void* buffer);
    static EFI_STATUS EFIAPI get_position(EFI_FILE_HANDLE self, UINT64* position);
    static EFI_STATUS EFIAPI set_position(EFI_FILE_HANDLE self, UINT64 position);
    static EFI_STATUS EFIAPI get_info(EFI_FILE_HANDLE self, EFI_GUID* type, UINTN* size,
                                      void* buffer);
    static EFI_STATUS EFIAPI set_info(EFI_FILE_HANDLE self, EFI_GUID* type, UINTN size,
                                      void* buffer);
    static EFI_STATUS EFIAPI flush(EFI_FILE_HANDLE self);
};

Result<void> ImageVolume::install() {
    TRY(append_volume(path_));
    TRY(append_end(path_));
    const EFI_STATUS status = env_.boot->InstallMultipleProtocolInterfaces(
        &handle_, guid_argument(kDevicePathGuid), as_protocol(path_),
        guid_argument(kSimpleFileSystemGuid), &interface_.protocol, nullptr);
    if (!failed(status)) return {};
    handle_ = nullptr;
    return to_error(status);
}

void ImageVolume::uninstall() {
    if (handle_ == nullptr) return;
    env_.boot->UninstallMultipleProtocolInterfaces(
        handle_, guid_argument(kDevicePathGuid), as_protocol(path_),
        guid_argument(kSimpleFileSystemGuid), &interface_.protocol, nullptr);
    handle_ = nullptr;
}

/// The image handle makes the path ours even when a started image is Kedge again.
Result<void> ImageVolume::append_volume(DevicePath& path) const {
    std::array<u8, sizeof(Guid) + sizeof(u64)> body{};
    copy_bytes(body, {reinterpret_cast<const u8*>(&kVolumeGuid), sizeof(Guid)});
    store_le<u64>(MutableBytes(body).subspan(sizeof(Guid)), reinterpret_cast<u64>(env_.image));
    return append_node(path, HARDWARE_DEVICE_PATH, HW_VENDOR_DP, body);
}

Result<DevicePath> ImageVolume::path_to(StrView name) const {
    DevicePath path;
    TRY(append_volume(path));
    const String file = TRY(format_string("\\{}", name));
    TRY(append_file_path(path, file));
    TRY(append_end(path));
    return path;
}

EFI_STATUS EFIAPI ImageVolume::open_volume(EFI_FILE_IO_INTERFACE* self, EFI_FILE_HANDLE* root) {
    if (root == nullptr) return EFI_INVALID_PARAMETER;
    return reinterpret_cast<Interface*>(self)->volume->open_file(nullptr, root);
}

EFI_STATUS ImageVolume::open_file(const boot::Image* image, EFI_FILE_HANDLE* out) {
    void* memory = nullptr;
    const EFI_STATUS status = env_.boot->AllocatePool(EfiLoaderData, sizeof(File), &memory);
    if (failed(status)) return status;
    auto* file = new (memory) File{
        .protocol =
            {
                .Revision = EFI_FILE_PROTOCOL_REVISION,
                .Open = File::open,
                .Close = File::close,
                .Delete = File::remove,
                .Read = File::read,
                .Write = File::write,
                .GetPosition = File::get_position,
                .SetPosition = File::set_position,
                .GetInfo = File::get_info,
                .SetInfo = File::set_info,
                .Flush = File::flush,
            },
        .volume = this,
        .image = image,
        .position = 0,
    };
    *out = &file->protocol;
    return EFI_SUCCESS;
}

const boot::Image* ImageVolume::find(StrView name) const {
    for (const boot::Image* image : images_) {
        if (image->name().equals_ignoring_case(name)) return image;
    }
    return nullptr;
}

u64 ImageVolume::total_size() const {
    u64 total = 0;
    for (const boot::Image* image : images_) total += align_up(image->data().size(), kBlockSize);
    return total;
}

EFI_STATUS EFIAPI ImageVolume::File::open(EFI_FILE_HANDLE self, EFI_FILE_HANDLE* out, CHAR16* name,
                                          UINT64 mode, UINT64) {
    if (out == nullptr || name == nullptr) return EFI_INVALID_PARAMETER;
    ImageVolume& volume = *of(self).volume;
    size_t units = 0;
    while (units < kMaxName && name[units] != 0) ++units;
    if (units == kMaxName) return EFI_NOT_FOUND;
    const auto text = from_utf16({name, units});
    if (!text.ok()) return EFI_OUT_OF_RESOURCES;
    const boot::Image* image = nullptr;
    if (const auto file = flat_file_name(*text)) {
        image = volume.find(*file);
        if (image == nullptr) {
            return (mode & EFI_FILE_MODE_CREATE) != 0 ? EFI_WRITE_PROTECTED : EFI_NOT_FOUND;
        }
    }
    if (mode != EFI_FILE_MODE_READ) return EFI_WRITE_PROTECTED;
    return volume.open_file(image, out);
}

EFI_STATUS EFIAPI ImageVolume::File::close(EFI_FILE_HANDLE self) {
    File& file = of(self);
    return file.volume->env_.boot->FreePool(&file);
}

EFI_STATUS EFIAPI ImageVolume::File::remove(EFI_FILE_HANDLE self) {
    close(self);
    return EFI_WARN_DELETE_FAILURE;
}

EFI_STATUS EFIAPI ImageVolume::File::read(EFI_FILE_HANDLE self, UINTN* size, void* buffer) {
    if (size == nullptr) return EFI_INVALID_PARAMETER;
    File& file = of(self);
    if (file.image == nullptr) {
        const auto& images = file.volume->images_;
        if (file.position >= images.size()) {
            *size = 0;
            return EFI_SUCCESS;
        }
        const EFI_STATUS status = return_file_info(images[file.position], size, buffer);
        if (status == EFI_SUCCESS) ++file.position;
        return status;
    }
    const Bytes data = file.image->data();
    if (file.position > data.size()) return EFI_DEVICE_ERROR;  // as the specification has it
    const Bytes rest = data.subspan(file.position);
    *size = min<UINTN>(*size, rest.size());
    if (*size != 0 && buffer == nullptr) return EFI_INVALID_PARAMETER;
    copy_bytes({static_cast<u8*>(buffer), *size}, rest);
    file.position += *size;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI ImageVolume::File::write(EFI_FILE_HANDLE, UINTN*, void*) {
    return EFI_WRITE_PROTECTED;
}

EFI_STATUS EFIAPI ImageVolume::File::get_position(EFI_FILE_HANDLE self, UINT64* position) {
    const File& file = of(self);
    if (file.image == nullptr) return EFI_UNSUPPORTED;
    if (position == nullptr) return EFI_INVALID_PARAMETER;
    *position = file.position;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI ImageVolume::File::set_position(EFI_FILE_HANDLE self, UINT64 position) {
    constexpr UINT64 kEnd = UINT64_MAX;
    File& file = of(self);
    if (file.image == nullptr && position != 0) return EFI_UNSUPPORTED;
    file.position = position == kEnd ? file.image->data().size() : position;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI ImageVolume::File::get_info(EFI_FILE_HANDLE self, EFI_GUID* type, UINTN* size,
                                              void* buffer) {
    if (type == nullptr || size == nullptr) return EFI_INVALID_PARAMETER;
    const File& file = of(self);
    if (same_guid(*type, kFileInfoGuid)) return return_file_info(file.image, size, buffer);
    if (same_guid(*type, kFileSystemInfoGuid)) {
        EFI_FILE_SYSTEM_INFO info{};
        info.ReadOnly = TRUE;
        info.VolumeSize = file.volume->total_size();
        info.BlockSize = kBlockSize;
        return return_info(info, SIZE_OF_EFI_FILE_SYSTEM_INFO, kLabel, size, buffer);
    }
    if (same_guid(*type, kVolumeLabelGuid)) {
        struct {
        } nothing;
        return return_info(nothing, 0, kLabel, size, buffer);
    }
    return EFI_UNSUPPORTED;
}

EFI_STATUS EFIAPI ImageVolume::File::set_info(EFI_FILE_HANDLE, EFI_GUID*, UINTN, void*) {
    return EFI_WRITE_PROTECTED;
}

EFI_STATUS EFIAPI ImageVolume::File::flush(EFI_FILE_HANDLE) { return EFI_SUCCESS; }

}  // namespace kedge::efi
