// Reassembly: TCP data that arrived before its predecessors.
#pragma once

#include "base/parts.h"
#include "base/result.h"
#include "base/unique.h"
#include "net/wire/tcp.h"

namespace kedge::net {

/// Holds up to kSize bytes at the place that their sequence number gives them, so storing and
/// taking out cost one copy whatever the order of arrival. The memory is taken when first needed.
/// Data that goes on where the newest does, as nearly all does, is placed without a search; a
/// hostile pattern costs kMaxRanges steps at most.
class Reassembly {
  public:
    static constexpr u32 kSize = 2u << 20;     // the receive window; a power of two
    static constexpr size_t kMaxRanges = 128;  // 5 % loss in a full window leaves 72 holes

    bool empty() const { return count_ == 0; }

    /// Keeps data whose first byte has sequence number `seq`. The caller has cut it to the window:
    /// all of it lies less than kSize above `base`, the next byte expected. Data that needs
    /// one range more than there are, or memory that is not there, is dropped: the peer sends it
    /// again.
    void store(u32 base, u32 seq, const Parts& data);

    /// The bytes from `base` on, as far as they are held without a gap: at most two pieces.
    Parts available(u32 base, std::array<Bytes, 1>& second_piece) const;
    /// Everything below `base` has been delivered.
    void release_below(u32 base);

    /// RFC 2018 section 4: the range of the most recent arrival first, then the others.
    u8 sack_blocks(std::array<wire::SackBlock, wire::TcpHeader::kMaxSackBlocks>& out) const;

    /// Forgets everything and gives the memory back.
    void clear() {
        count_ = 0;
        buffer_.reset();
    }

  private:
    struct Range {
        u32 from;
        u32 to;
    };

    bool allocate();
    bool add_range(u32 base, Range range);
    void copy_in(u32 seq, const Parts& data);

    struct Buffer {
        std::array<u8, kSize> bytes;
    };
    Unique<Buffer> buffer_;
    std::array<Range, kMaxRanges> ranges_{};  // ascending, disjoint, not touching
    size_t count_ = 0;
    u32 latest_ = 0;  // a byte of the most recent arrival
};

}  // namespace kedge::net
