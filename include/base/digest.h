// Digests of byte strings: MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4). MD5 and SHA-1 protect
// nothing any more: they are here for servers that ask for them and for people who compare files.
#pragma once

#include "base/format.h"
#include "base/str.h"

namespace kedge {

enum class DigestAlgorithm : u8 { md5, sha1, sha256 };

/// A result: 16, 20 or 32 bytes. Prints as lower-case hexadecimal.
struct DigestValue {
    std::array<u8, 32> storage{};
    size_t size = 0;

    Bytes bytes() const { return Bytes(storage).first(size); }
};
void format_to(TextSink& sink, const DigestValue& value);

/// Takes a message in pieces of any size.
class Digest {
  public:
    explicit Digest(DigestAlgorithm algorithm);

    void update(Bytes data);
    void update(StrView text) { update(text.bytes()); }
    /// Ends the message. Only once.
    DigestValue finish();

  private:
    void take_block(Bytes block);

    DigestAlgorithm algorithm_;
    u64 size_ = 0;  // of the message so far
    std::array<u32, 8> state_;
    std::array<u8, 64> pending_;  // the size_ % 64 bytes of an incomplete block
};

/// Of one whole message.
DigestValue digest(DigestAlgorithm algorithm, Bytes message);

}  // namespace kedge
