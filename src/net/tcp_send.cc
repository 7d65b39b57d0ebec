// The sending half of TcpStream: queued data and control segments.
#include "net/wire/checksum.h"
#include "net/wire/ipv4.h"
#include "src/net/tcp_stream.h"

namespace kedge::net {

using wire::seq_less;
using wire::TcpHeader;

u32 TcpStream::send_mss() const {
    const u32 options = timestamps_ ? TcpHeader::kTimestampsSize : 0;
    // RFC 6691: an MSS says nothing about options, so ours come out of it.
    return max(min(u32{peer_mss_}, u32{mtu_} - min(mtu_, kTcpIpHeaders)), 24u + options) - options;
}

u32 TcpStream::initial_window() const { return 10 * send_mss(); }  // RFC 6928

/// What may be in flight. After a pause the path may have changed: RFC 5681 section 4.1.
u32 TcpStream::usable_window(Instant now) {
    if (snd_una_ == snd_max_ && now - last_sent_at_ > round_trip_.timeout()) {
        cwnd_ = min(cwnd_, initial_window());
    }
    // Limited transmit, RFC 3042: the first two duplicates each let a new segment out.
    const u32 extra = recovering_ ? 0 : min(duplicate_acks_, u8{2}) * send_mss();
    return min(snd_wnd_, cwnd_ + extra);
}

void TcpStream::transmit_queued(Instant now) {
    const u32 window = usable_window(now);
    const u32 mss = send_mss();
    // A segment a round at least: bounded by the send queue.
    while (true) {
        const u32 offset = snd_nxt_ - queue_seq_;
        const bool fin_left = fin_queued_ && snd_nxt_ != fin_seq() + 1;
        if (offset >= queue_.size() && !fin_left) break;
        const size_t unsent = queue_.size() - min(size_t{offset}, queue_.size());
        const u32 in_flight = snd_nxt_ - snd_una_;
        const size_t allowed = window > in_flight ? window - in_flight : 0;
        const size_t size = min(min(unsent, size_t{mss}), allowed);
        if (size == 0 && unsent != 0) break;
        // No slivers while acknowledgements are due that make room: RFC 9293 section 3.8.6.2.1.
        if (size < unsent && size < mss && in_flight != 0) break;
        const bool with_fin = fin_left && size == unsent;
        if (!transmit_segment(snd_nxt_, size, with_fin, now)) break;
        snd_nxt_ += static_cast<u32>(size) + (with_fin ? 1 : 0);
        if (seq_less(snd_max_, snd_nxt_)) snd_max_ = snd_nxt_;
    }
    const bool waiting = snd_una_ != snd_max_ || !queue_.empty() || (fin_queued_ && !fin_sent());
    if (waiting && retransmit_at_ == Instant::never() && state_ != State::fin_wait_2 &&
        state_ != State::time_wait) {
        arm_retransmit(now);
    }
}

/// False when the card had no room: the next poll tries again.
bool TcpStream::transmit_segment(u32 seq, size_t size, bool with_fin, Instant now) {
    TcpHeader header = header_template();
    header.sack_count = 0;  // the blocks would push a full segment over the MTU
    header.seq = seq;
    header.psh = size != 0;
    header.fin = with_fin;
    const u32 offset = seq - queue_seq_;
    if (offset > queue_.size() || size > queue_.size() - offset) return false;
    std::array<Bytes, 1> second_piece;
    if (!emit(header, queue_.view(offset, size, second_piece)).ok()) return false;
    last_sent_at_ = now;
    if (!timing_ && (timestamps_ || seq == snd_max_)) {
        timing_ = true;
        timed_seq_ = seq + static_cast<u32>(size) + (with_fin ? 1 : 0);
        timed_at_ = now;
    }
    return true;
}

void TcpStream::transmit_syn() {
    TcpHeader header = header_template();
    header.syn = true;
    header.has_ack = false;
    header.seq = iss_;
    header.ack = 0;
    header.window = static_cast<u16>(min(receive_window(), u32{0xffff}));
    header.mss = static_cast<u16>(mtu_ - kTcpIpHeaders);
    header.window_scale = our_scale_;
    header.sack_permitted = true;
    header.has_timestamps = true;
    header.timestamp = timestamp(stack_.now());
    header.timestamp_echo = 0;
    // Lost is lost: a SYN has its timer.
    IGNORE_RESULT(emit(header, {}));
}

/// An acknowledgement or a reset without data.
void TcpStream::transmit_control(u32 seq, bool rst) {
    TcpHeader header = header_template();
    header.seq = seq;
    header.rst = rst;
    // A lost one is made good by its successor. With no room in the card it stays owed.
    const Result<void> sent = emit(header, {});
    if (!sent.ok() && sent.error() == Error::busy && !rst) ack_owed_ = true;
}

/// A bare reset with the number that the peer's segment asks for.
void TcpStream::transmit_reset(u32 seq) {
    TcpHeader header;
    header.source_port = local_.port;
    header.destination_port = remote_.port;
    header.seq = seq;
    header.rst = true;
    // A lost one is asked for again by the next SYN.
    IGNORE_RESULT(emit(header, {}));
}

TcpHeader TcpStream::header_template() const {
    TcpHeader header;
    header.source_port = local_.port;
    header.destination_port = remote_.port;
    header.seq = snd_max_;
    header.has_ack = true;
    header.ack = rcv_nxt_;
    header.window = static_cast<u16>(min(receive_window() >> our_scale_, u32{0xffff}));
    header.has_timestamps = timestamps_;
    header.timestamp = timestamp(stack_.now());
    header.timestamp_echo = timestamp_recent_;
    if (peer_sack_ && !reassembly_.empty()) {
        const u8 fit =
            timestamps_ ? TcpHeader::kMaxSackBlocksWithTimestamps : TcpHeader::kMaxSackBlocks;
        header.sack_count = min(reassembly_.sack_blocks(header.sack), fit);
    }
    return header;
}

Result<void> TcpStream::emit(TcpHeader& header, const Parts& payload) {
    Interface* interface = way();
    if (interface == nullptr) return Error::network_unreachable;
    const MutableBytes area = stack_.transmit_area();
    const size_t size = header.emitted_size() + payload.size();
    if (size > area.size()) return Error::too_large;
    Writer writer(area);
    header.emit(writer);
    payload.copy_to(area.subspan(writer.size()));
    wire::InternetChecksum sum;
    sum.add_pseudo_header(local_.address, remote_.address, wire::kProtocolTcp, size);
    sum.add(Bytes(area.first(size)));
    store_be<u16>(area.subspan(TcpHeader::kChecksumOffset), sum.value());
    const Result<void> sent =
        stack_.send_ip(*interface, local_.address, remote_.address, wire::kProtocolTcp, size);
    if (sent.ok() && header.has_ack) {
        // Whatever carries an acknowledgement number pays the debt.
        ack_owed_ = false;
        last_ack_sent_ = header.ack;
    }
    return sent;
}

}  // namespace kedge::net
