#include "net/wire/checksum.h"

#include "base/endian.h"

namespace kedge::net::wire {

namespace {

u64 load_native(const u8* at) {
    u64 value = 0;
    __builtin_memcpy(&value, at, sizeof(value));
    return value;
}

u64 add_with_carry(u64 a, u64 b) {
    u64 sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? sum + 1 : sum;
}

u16 fold(u64 sum) {
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<u16>(sum);
}

/// One's complement sum of whole 8-byte words. The sum does not depend on byte order but for a
/// final swap (RFC 1071 section 2.B), so native words of any width may be added.
u16 sum_words(const u8* at, size_t count) {
    u64 a = 0;
    u64 b = 0;
    for (; count >= 4; count -= 4, at += 32) {
        a = add_with_carry(a, load_native(at));
        b = add_with_carry(b, load_native(at + 8));
        a = add_with_carry(a, load_native(at + 16));
        b = add_with_carry(b, load_native(at + 24));
    }
    for (; count > 0; --count, at += 8) a = add_with_carry(a, load_native(at));
    const u16 native = fold(add_with_carry(a, b));
    if constexpr (std::endian::native == std::endian::little) return byte_swap(native);
    return native;
}

}  // namespace

void InternetChecksum::add(Bytes bytes) {
    if (bytes.empty()) return;
    if (odd_) {
        sum_ += bytes.front();
        odd_ = false;
        bytes = bytes.subspan(1);
    }
    const size_t words = bytes.size() / 8;
    if (words != 0) sum_ += sum_words(bytes.data(), words);
    bytes = bytes.subspan(words * 8);
    for (size_t i = 0; i < bytes.size(); ++i) {
        sum_ += i % 2 == 0 ? static_cast<u64>(bytes[i]) << 8 : bytes[i];
    }
    odd_ = bytes.size() % 2 != 0;
}

void InternetChecksum::add_pseudo_header(net::Ipv4Address source, net::Ipv4Address destination,
                                         u8 protocol, size_t length) {
    sum_ += (source.value >> 16) + (source.value & 0xffff);
    sum_ += (destination.value >> 16) + (destination.value & 0xffff);
    sum_ += protocol + length;
}

u16 InternetChecksum::value() const { return static_cast<u16>(~fold(sum_)); }

}  // namespace kedge::net::wire
