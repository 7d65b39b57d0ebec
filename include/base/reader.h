// Reader and Writer: the only ways bytes from outside are taken apart and put together.
//
// Both are sticky: after the first overrun every read yields zero and every write does nothing, and
// ok() is false. So a parser reads a whole header and checks once.
#pragma once

#include "base/endian.h"
#include "base/types.h"

namespace kedge {

class Reader {
  public:
    constexpr explicit Reader(Bytes bytes) : rest_(bytes) {}

    constexpr bool ok() const { return ok_; }
    constexpr size_t remaining() const { return rest_.size(); }
    /// What has not been read yet.
    constexpr Bytes rest() const { return rest_; }

    constexpr u8 u8_() { return be<u8>(); }
    constexpr u16 be16_() { return be<u16>(); }
    constexpr u32 be32_() { return be<u32>(); }
    constexpr u64 be64_() { return be<u64>(); }
    constexpr u16 le16_() { return le<u16>(); }
    constexpr u32 le32_() { return le<u32>(); }
    constexpr u64 le64_() { return le<u64>(); }

    /// The next `count` bytes, or an empty span after an overrun.
    constexpr Bytes bytes(size_t count) {
        if (!ok_ || count > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const Bytes taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }

    constexpr void skip(size_t count) { bytes(count); }

    /// Fills a fixed array; all zero after an overrun.
    template <size_t kSize>
    constexpr std::array<u8, kSize> array() {
        std::array<u8, kSize> out{};
        const Bytes taken = bytes(kSize);
        for (size_t i = 0; i < taken.size(); ++i) out[i] = taken[i];
        return out;
    }

  private:
    template <typename T>
    constexpr T be() {
        const Bytes taken = bytes(sizeof(T));
        return taken.empty() ? T{0} : load_be<T>(taken);
    }
    template <typename T>
    constexpr T le() {
        const Bytes taken = bytes(sizeof(T));
        return taken.empty() ? T{0} : load_le<T>(taken);
    }

    Bytes rest_;
    bool ok_ = true;
};

class Writer {
  public:
    constexpr explicit Writer(MutableBytes bytes) : all_(bytes) {}

    constexpr bool ok() const { return ok_; }
    constexpr size_t size() const { return used_; }
    constexpr size_t room() const { return all_.size() - used_; }
    /// What has been written so far.
    constexpr MutableBytes written() const { return all_.first(used_); }

    constexpr void u8_(u8 value) { be(value); }
    constexpr void be16_(u16 value) { be(value); }
    constexpr void be32_(u32 value) { be(value); }
    constexpr void be64_(u64 value) { be(value); }
    constexpr void le16_(u16 value) { le(value); }
    constexpr void le32_(u32 value) { le(value); }
    constexpr void le64_(u64 value) { le(value); }

    constexpr void bytes(Bytes from) {
        const MutableBytes to = take(from.size());
        for (size_t i = 0; i < to.size(); ++i) to[i] = from[i];
    }

    constexpr void zeros(size_t count) {
        for (u8& byte : take(count)) byte = 0;
    }

    /// Reserves `count` bytes to be filled in later; empty after an overrun.
    constexpr MutableBytes take(size_t count) {
        if (!ok_ || count > room()) {
            ok_ = false;
            return {};
        }
        const MutableBytes taken = all_.subspan(used_, count);
        used_ += count;
        return taken;
    }

  private:
    template <typename T>
    constexpr void be(T value) {
        const MutableBytes to = take(sizeof(T));
        if (!to.empty()) store_be<T>(to, value);
    }
    template <typename T>
    constexpr void le(T value) {
        const MutableBytes to = take(sizeof(T));
        if (!to.empty()) store_le<T>(to, value);
    }

    MutableBytes all_;
    size_t used_ = 0;
    bool ok_ = true;
};

}  // namespace kedge
