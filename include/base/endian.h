// Integers of a fixed byte order and alignment 1, for structs that describe wire or disk layouts.
#pragma once

#include <bit>

#include "base/types.h"

namespace kedge {

template <typename T>
constexpr T byte_swap(T value) {
    if constexpr (sizeof(T) == 1) {
        return value;
    } else if constexpr (sizeof(T) == 2) {
        return static_cast<T>(__builtin_bswap16(static_cast<u16>(value)));
    } else if constexpr (sizeof(T) == 4) {
        return static_cast<T>(__builtin_bswap32(static_cast<u32>(value)));
    } else {
        return static_cast<T>(__builtin_bswap64(static_cast<u64>(value)));
    }
}

/// Reads or writes an unaligned integer. The span must hold at least sizeof(T) bytes.
template <typename T, std::endian kOrder>
constexpr T load(Bytes bytes) {
    T value = 0;
    if (!std::is_constant_evaluated()) {
        __builtin_memcpy(&value, bytes.first(sizeof(T)).data(), sizeof(T));
        return kOrder == std::endian::native ? value : byte_swap(value);
    }
    for (size_t i = 0; i < sizeof(T); ++i) {
        const size_t at = kOrder == std::endian::big ? i : sizeof(T) - 1 - i;
        value = static_cast<T>(static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0)) | bytes[at]);
    }
    return value;
}

template <typename T, std::endian kOrder>
constexpr void store(MutableBytes bytes, T value) {
    if (!std::is_constant_evaluated()) {
        if (kOrder != std::endian::native) value = byte_swap(value);
        __builtin_memcpy(bytes.first(sizeof(T)).data(), &value, sizeof(T));
        return;
    }
    for (size_t i = 0; i < sizeof(T); ++i) {
        const size_t at = kOrder == std::endian::little ? i : sizeof(T) - 1 - i;
        bytes[at] = static_cast<u8>(value >> (8 * i));
    }
}

template <typename T>
constexpr T load_be(Bytes bytes) {
    return load<T, std::endian::big>(bytes);
}
template <typename T>
constexpr T load_le(Bytes bytes) {
    return load<T, std::endian::little>(bytes);
}
template <typename T>
constexpr void store_be(MutableBytes bytes, T value) {
    store<T, std::endian::big>(bytes, value);
}
template <typename T>
constexpr void store_le(MutableBytes bytes, T value) {
    store<T, std::endian::little>(bytes, value);
}

/// An integer member with a byte order of its own; converts on reading and assignment.
template <typename T, std::endian kOrder>
class EndianInt {
  public:
    constexpr EndianInt() = default;
    constexpr EndianInt(T value) { *this = value; }
    constexpr EndianInt& operator=(T value) {
        store<T, kOrder>(bytes_, value);
        return *this;
    }
    constexpr operator T() const { return load<T, kOrder>(bytes_); }

  private:
    std::array<u8, sizeof(T)> bytes_{};
};

using be16 = EndianInt<u16, std::endian::big>;
using be32 = EndianInt<u32, std::endian::big>;
using be64 = EndianInt<u64, std::endian::big>;
using le16 = EndianInt<u16, std::endian::little>;
using le32 = EndianInt<u32, std::endian::little>;
using le64 = EndianInt<u64, std::endian::little>;

static_assert(sizeof(be64) == 8 && alignof(be64) == 1);

}  // namespace kedge
