// Parts: a view of bytes that lie in several places, as a received frame does when a host hands
// over 64 KiB in page-sized buffers. It owns nothing and is cheap to copy.
#pragma once

#include "base/types.h"

namespace kedge {

class Parts {
  public:
    constexpr Parts() = default;
    constexpr explicit Parts(Bytes only) : first_(only), size_(only.size()) {}
    /// `first` is followed by all of `rest`; the array behind `rest` must outlive this view.
    constexpr Parts(Bytes first, std::span<const Bytes> rest) : first_(first), rest_(rest) {
        size_ = first.size();
        for (Bytes part : rest) size_ += part.size();
    }

    constexpr size_t size() const { return size_; }
    constexpr bool empty() const { return size_ == 0; }

    /// The first contiguous piece: empty only if the whole view is.
    constexpr Bytes front() const { return first_.first(min(first_.size(), size_)); }

    /// Drops bytes at the beginning (at most size()).
    constexpr void skip(size_t count) {
        count = min(count, size_);
        size_ -= count;
        while (count >= first_.size() && !rest_.empty()) {
            count -= first_.size();
            first_ = rest_.front();
            rest_ = rest_.subspan(1);
        }
        first_ = first_.subspan(min(count, first_.size()));
        while (first_.empty() && !rest_.empty() && size_ != 0) {
            first_ = rest_.front();
            rest_ = rest_.subspan(1);
        }
    }

    /// Keeps at most `count` bytes.
    constexpr void truncate(size_t count) { size_ = min(size_, count); }

    constexpr Parts subview(size_t from, size_t count = SIZE_MAX) const {
        Parts copy = *this;
        copy.skip(from);
        copy.truncate(count);
        return copy;
    }

    /// Calls `visit(Bytes)` for each contiguous piece in order.
    template <typename Visit>
    constexpr void for_each(Visit&& visit) const {
        Parts left = *this;
        while (!left.empty()) {
            const Bytes piece = left.front();
            visit(piece);
            left.skip(piece.size());
        }
    }

    /// Copies as much as both hold; returns that number.
    size_t copy_to(MutableBytes to) const {
        size_t done = 0;
        for_each([&](Bytes piece) { done += copy_bytes(to.subspan(done), piece); });
        return done;
    }

  private:
    Bytes first_;
    std::span<const Bytes> rest_;
    size_t size_ = 0;
};

}  // namespace kedge
