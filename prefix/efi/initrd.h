// All downloaded files besides the kernel as one initial ram disk.
#pragma once

#include "base/vector.h"
#include "boot/loader.h"

namespace kedge::efi {

/// The files one after the other, each on a multiple of 4 bytes (Linux
/// Documentation/driver-api/early-userspace/buffer-format.rst). A file whose arguments name a path
/// gets a cpio header in front. Borrows the images.
class InitrdParts {
  public:
    /// Error::too_large for a file that a cpio header cannot describe, Error::no_memory.
    Result<void> add(const boot::Image& image);

    size_t size() const { return size_; }
    /// Fills exactly size() bytes.
    void copy_to(MutableBytes out) const;

  private:
    struct Part {
        Vector<u8> header;
        Bytes data;
    };
    Vector<Part> parts_;
    size_t size_ = 0;
};

}  // namespace kedge::efi
