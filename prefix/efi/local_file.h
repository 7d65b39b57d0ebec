// Files beside kedge.efi, on the disk or server it was loaded from. UEFI Specification
// 2.10, sections 13.5 and 24.3.
#pragma once

#include "base/str.h"
#include "platform/memory.h"
#include "prefix/efi/efi.h"
#include "proto/local.h"

namespace kedge::efi {

/// A file's contents, owned.
class LocalFile {
  public:
    explicit LocalFile(platform::ImageMemory& memory) : memory_(memory) {}
    ~LocalFile();
    LocalFile(const LocalFile&) = delete;
    LocalFile& operator=(const LocalFile&) = delete;

    /// Reads `name` from where our own image came from: the same folder of a file system or else
    /// its root folder, or the same folder of the TFTP server that the firmware's PXE client used.
    /// The network cards must still be the firmware's. Error::not_found; Error::too_large above
    /// `limit` bytes.
    Result<void> read(const Environment& env, StrView name, size_t limit);
    /// Only from a file system; the cards may be ours.
    Result<void> read_from_disk(const Environment& env, StrView name, size_t limit);
    Bytes data() const { return data_; }

  private:
    Result<void> read_from_volume(const EFI_LOADED_IMAGE& self, EFI_FILE_IO_INTERFACE& volume,
                                  StrView name, size_t limit);
    Result<void> read_from(EFI_FILE_HANDLE root, StrView path, size_t limit);
    Result<void> read_by_tftp(EFI_PXE_BASE_CODE_PROTOCOL& pxe, StrView name, size_t limit);

    platform::ImageMemory& memory_;
    MutableBytes data_;
};

/// The disk that we came from, for file: URIs.
class OwnMedium final : public proto::FileSource {
  public:
    OwnMedium(const Environment& env, platform::ImageMemory& memory) : env_(env), memory_(memory) {}
    Result<void> read(StrView path, proto::BodySink& sink) override;

  private:
    const Environment& env_;
    platform::ImageMemory& memory_;
};

}  // namespace kedge::efi
