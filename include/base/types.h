// Integer names, byte spans and the few helpers that <algorithm> and <string.h> would bring.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

namespace kedge {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;
using std::size_t;

/// Bytes that somebody else owns: read-only and writable views.
using Bytes = std::span<const u8>;
using MutableBytes = std::span<u8>;

template <typename T>
constexpr const T& min(const T& a, const T& b) {
    return b < a ? b : a;
}

template <typename T>
constexpr const T& max(const T& a, const T& b) {
    return a < b ? b : a;
}

template <typename T>
constexpr const T& clamp(const T& value, const T& low, const T& high) {
    return max(low, min(value, high));
}

/// Rounds up to a multiple of `alignment`, which must be a power of two.
constexpr u64 align_up(u64 value, u64 alignment) {
    return (value + alignment - 1) & ~(alignment - 1);
}

constexpr u64 align_down(u64 value, u64 alignment) { return value & ~(alignment - 1); }

constexpr bool is_power_of_two(u64 value) { return value != 0 && (value & (value - 1)) == 0; }

/// Copies as many bytes as both spans hold and returns that number. The spans must not overlap.
inline size_t copy_bytes(MutableBytes to, Bytes from) {
    const size_t count = min(to.size(), from.size());
    if (count != 0) __builtin_memcpy(to.data(), from.data(), count);
    return count;
}

inline void fill_bytes(MutableBytes to, u8 value) {
    if (!to.empty()) __builtin_memset(to.data(), value, to.size());
}

inline bool equal_bytes(Bytes a, Bytes b) {
    return a.size() == b.size() &&
           (a.empty() || __builtin_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace kedge
