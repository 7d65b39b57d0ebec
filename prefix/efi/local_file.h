// Files beside kedge.efi, on the disk or server it was loaded from.
#pragma once

#include "base/str.h"
#include "platform/memory.h"
#include "prefix/efi/efi.h"

namespace kedge::efi {

/// A file's contents, owned.
class LocalFile {
  public:
    explicit LocalFile(platform::ImageMemory& memory) : memory_(memory) {}
    ~LocalFile();
    LocalFile(const LocalFile&) = delete;
    LocalFile& operator=(const LocalFile&) = delete;

    /// Reads `name` from the folder of our own image, else from the root folder. Error::not_found
    /// also where we were not loaded from a file system. At most `limit` bytes.
    Result<void> read(const Environment& env, StrView name, size_t limit);
    Bytes data() const { return data_; }

  private:
    Result<void> read_from(EFI_FILE_HANDLE root, StrView path, size_t limit);

    platform::ImageMemory& memory_;
    MutableBytes data_;
};

}  // namespace kedge::efi
