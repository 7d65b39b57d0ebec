// SendQueue: bytes that were given to a stream and are not yet acknowledged.
#pragma once

#include "base/parts.h"
#include "base/result.h"
#include "base/unique.h"

namespace kedge::net {

/// A ring whose memory is taken when first needed.
class SendQueue {
  public:
    static constexpr size_t kSize = 64 * 1024;  // a power of two

    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    size_t room() const { return kSize - size_; }

    /// All of `data`, or Error::busy (no room) or Error::no_memory.
    Result<void> push(Bytes data);
    /// Drops `count` bytes, at most size(), from the front.
    void pop(size_t count);
    /// `count` bytes from `offset` on, which must be there: at most two pieces.
    Parts view(size_t offset, size_t count, std::array<Bytes, 1>& second_piece) const;
    /// Forgets everything and gives the memory back.
    void clear();

  private:
    struct Buffer {
        std::array<u8, kSize> bytes;
    };
    Unique<Buffer> buffer_;
    size_t first_ = 0;  // where the oldest byte is
    size_t size_ = 0;
};

}  // namespace kedge::net
