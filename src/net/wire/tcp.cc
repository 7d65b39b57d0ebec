#include "net/wire/tcp.h"

namespace kedge::net::wire {

namespace {

enum Flag : u8 { kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16 };

enum Option : u8 {
    kEnd = 0,
    kNoOperation = 1,
    kMss = 2,
    kWindowScale = 3,
    kSackPermitted = 4,
    kSack = 5,
    kTimestamps = 8,
};

constexpr u8 kMaxWindowScale = 14;  // RFC 7323 section 2.3

/// RFC 7323 appendix A recommends this layout, and all of today's senders follow: two no-operations
/// and the timestamps, in every segment of a connection.
constexpr u32 kAlignedTimestamps =
    kNoOperation << 24 | kNoOperation << 16 | kTimestamps << 8 | u32{10};

}  // namespace

std::optional<TcpHeader> TcpHeader::parse(Bytes head) {
    if (head.size() < kMinSize) return std::nullopt;
    TcpHeader header;
    header.header_size = static_cast<u8>((head[12] >> 4) * 4);
    if (header.header_size < kMinSize || header.header_size > head.size()) return std::nullopt;
    header.source_port = load_be<u16>(head);
    header.destination_port = load_be<u16>(head.subspan(2));
    header.seq = load_be<u32>(head.subspan(4));
    header.ack = load_be<u32>(head.subspan(8));
    const u8 flags = head[13];
    header.fin = (flags & kFin) != 0;
    header.syn = (flags & kSyn) != 0;
    header.rst = (flags & kRst) != 0;
    header.psh = (flags & kPsh) != 0;
    header.has_ack = (flags & kAck) != 0;
    header.window = load_be<u16>(head.subspan(14));
    const Bytes options = head.subspan(kMinSize, header.header_size - kMinSize);
    if (options.size() == kTimestampsSize && load_be<u32>(options) == kAlignedTimestamps) {
        header.has_timestamps = true;
        header.timestamp = load_be<u32>(options.subspan(4));
        header.timestamp_echo = load_be<u32>(options.subspan(8));
        return header;
    }
    if (!header.parse_options(options)) return std::nullopt;
    return header;
}

bool TcpHeader::parse_options(Bytes options) {
    Reader reader(options);
    while (reader.remaining() > 0) {
        const u8 kind = reader.u8_();
        if (kind == kEnd) return true;
        if (kind == kNoOperation) continue;
        const u8 length = reader.u8_();
        if (!reader.ok() || length < 2) return false;
        const Bytes body = reader.bytes(length - 2u);
        if (!reader.ok()) return false;
        Reader value(body);
        if (kind == kMss && body.size() == 2) {
            mss = value.be16_();
        } else if (kind == kWindowScale && body.size() == 1) {
            window_scale = min(value.u8_(), kMaxWindowScale);
        } else if (kind == kSackPermitted && body.empty()) {
            sack_permitted = true;
        } else if (kind == kTimestamps && body.size() == 8) {
            has_timestamps = true;
            timestamp = value.be32_();
            timestamp_echo = value.be32_();
        } else if (kind == kSack && body.size() % 8 == 0) {
            while (value.remaining() > 0 && sack_count < kMaxSackBlocks) {
                const u32 left = value.be32_();
                sack[sack_count++] = {left, value.be32_()};
            }
        }
    }
    return true;
}

size_t TcpHeader::emitted_size() const {
    size_t size = kMinSize;
    if (mss) size += 4;
    if (window_scale) size += 4;
    if (sack_permitted) size += 4;
    if (has_timestamps) size += kTimestampsSize;
    if (sack_count > 0) size += 4 + 8u * sack_count;
    return size;
}

void TcpHeader::emit(Writer& writer) const {
    writer.be16_(source_port);
    writer.be16_(destination_port);
    writer.be32_(seq);
    writer.be32_(ack);
    writer.u8_(static_cast<u8>(emitted_size() / 4 << 4));
    writer.u8_(static_cast<u8>((fin ? kFin : 0) | (syn ? kSyn : 0) | (rst ? kRst : 0) |
                               (psh ? kPsh : 0) | (has_ack ? kAck : 0)));
    writer.be16_(window);
    writer.be32_(0);
    // Every option is padded with no-operations in front to a multiple of 4.
    if (mss) {
        writer.u8_(kMss);
        writer.u8_(4);
        writer.be16_(*mss);
    }
    if (window_scale) {
        writer.u8_(kNoOperation);
        writer.u8_(kWindowScale);
        writer.u8_(3);
        writer.u8_(*window_scale);
    }
    if (sack_permitted) {
        writer.be16_(kNoOperation << 8 | kNoOperation);
        writer.u8_(kSackPermitted);
        writer.u8_(2);
    }
    if (has_timestamps) {
        writer.be32_(kAlignedTimestamps);
        writer.be32_(timestamp);
        writer.be32_(timestamp_echo);
    }
    if (sack_count > 0) {
        writer.be16_(kNoOperation << 8 | kNoOperation);
        writer.u8_(kSack);
        writer.u8_(static_cast<u8>(2 + 8 * sack_count));
        for (u8 i = 0; i < sack_count; ++i) {
            writer.be32_(sack[i].left);
            writer.be32_(sack[i].right);
        }
    }
}

}  // namespace kedge::net::wire
