// The sending half of TcpStream: acknowledgements, timers (RFC 6298), a plain congestion window
// (RFC 5681) and segments.
#include "base/log.h"
#include "net/wire/checksum.h"
#include "net/wire/ipv4.h"
#include "src/net/tcp_stream.h"

namespace kedge::net {

using wire::seq_at_most;
using wire::seq_less;
using wire::TcpHeader;

namespace {
constexpr Duration kMinRto = Duration::ms(250);
constexpr Duration kMaxRto = Duration::seconds(10);
constexpr u8 kFastRetransmitThreshold = 3;
}  // namespace

bool TcpStream::on_ack(const TcpHeader& segment, bool carries_data, Instant now) {
    // RFC 5961 section 5.2: of something never sent, or so old that it can only be a guess.
    if (seq_less(snd_max_, segment.ack) || seq_less(segment.ack, snd_una_ - max_snd_wnd_)) {
        ack_owed_ = true;
        return false;
    }
    if (seq_less(segment.ack, snd_una_)) return true;
    const u32 window = static_cast<u32>(segment.window) << peer_scale_;
    if (seq_less(snd_una_, segment.ack)) {
        on_ack_of_new_data(segment.ack, now);
    } else if (snd_una_ != snd_max_ && window == snd_wnd_ && window != 0 && !carries_data &&
               !segment.fin) {
        // RFC 5681 section 2: a duplicate. The third one says that a segment was lost.
        if (++duplicate_acks_ == kFastRetransmitThreshold) {
            ssthresh_ = max((snd_max_ - snd_una_) / 2, 2u * peer_mss_);
            cwnd_ = ssthresh_;
            timing_ = false;
            const size_t held = queue_.size() - (snd_una_ - queue_seq_);
            const size_t sent = min(held, size_t{snd_max_ - snd_una_});
            const size_t size = min(sent, size_t{send_mss()});
            const bool fin_was_sent = fin_queued_ && snd_max_ == fin_seq() + 1;
            transmit_segment(snd_una_, size, fin_was_sent && size == held, now);
            ++stack_.counters_.tcp_retransmits;
        }
    }
    if (seq_less(snd_wl1_, segment.seq) ||
        (snd_wl1_ == segment.seq && seq_at_most(snd_wl2_, segment.ack))) {
        snd_wnd_ = window;
        snd_wl1_ = segment.seq;
        snd_wl2_ = segment.ack;
        max_snd_wnd_ = max(max_snd_wnd_, window);
    }
    // A peer that answers probes of its closed window is alive (RFC 9293 section 3.8.6.1).
    if (snd_wnd_ == 0 && give_up_at_ != Instant::never()) give_up_at_ = now + kGiveUp;
    return true;
}

void TcpStream::on_ack_of_new_data(u32 ack, Instant now) {
    if (timing_ && seq_at_most(timed_seq_, ack)) {
        update_rtt(now - timed_at_);
        timing_ = false;
    }
    const u32 acknowledged = ack - snd_una_;
    cwnd_ += cwnd_ < ssthresh_ ? acknowledged : max(1u, peer_mss_ * acknowledged / cwnd_);
    cwnd_ = min(cwnd_, 1u << 20);
    duplicate_acks_ = 0;
    snd_una_ = ack;
    if (seq_less(snd_nxt_, snd_una_)) snd_nxt_ = snd_una_;

    const bool fin_acknowledged = fin_queued_ && ack == fin_seq() + 1;
    const size_t done = min(size_t{ack - queue_seq_}, queue_.size());
    const size_t left = queue_.size() - done;
    for (size_t i = 0; i < left; ++i) queue_[i] = queue_[done + i];
    while (queue_.size() > left) queue_.pop_back();
    queue_seq_ += static_cast<u32>(done);

    const bool outstanding = snd_una_ != snd_max_;
    retransmit_at_ = Instant::never();
    const bool more = outstanding || !queue_.empty() || (fin_queued_ && !fin_acknowledged);
    give_up_at_ = more ? now + kGiveUp : Instant::never();
    if (outstanding) arm_retransmit(now);
    if (fin_acknowledged) on_fin_acknowledged(now);
}

void TcpStream::on_fin_acknowledged(Instant now) {
    switch (state_) {
        case State::fin_wait_1:
            state_ = State::fin_wait_2;
            // The peer may take its time, but not for ever.
            give_up_at_ = now + kGiveUp;
            break;
        case State::closing:
            state_ = State::time_wait;
            time_wait_until_ = now + kTimeWait;
            break;
        case State::last_ack:
            finish(Error::none);
            break;
        default:
            break;
    }
}

/// RFC 6298 section 2.
void TcpStream::update_rtt(Duration sample) {
    if (!have_rtt_) {
        srtt_ = sample;
        rttvar_ = sample / 2;
        have_rtt_ = true;
    } else {
        const i64 difference = srtt_.us() - sample.us();
        const Duration deviation = Duration::us(difference < 0 ? -difference : difference);
        rttvar_ = (rttvar_ * 3 + deviation) / 4;
        srtt_ = (srtt_ * 7 + sample) / 8;
    }
    rto_ = clamp(srtt_ + rttvar_ * 4, kMinRto, kMaxRto);
}

void TcpStream::arm_retransmit(Instant now) { retransmit_at_ = now + rto_; }

void TcpStream::on_retransmit_timeout(Instant now) {
    ++stack_.counters_.tcp_retransmits;
    log::debug(log::kTcp, "{}: retransmit after {} ms", remote_, rto_.ms());
    rto_ = min(rto_ * 2, kMaxRto);
    timing_ = false;
    if (state_ == State::syn_sent) {
        transmit_control(true, false);
        arm_retransmit(now);
        return;
    }
    ssthresh_ = max((snd_max_ - snd_una_) / 2, 2u * peer_mss_);
    cwnd_ = peer_mss_;
    snd_nxt_ = snd_una_;
    retransmit_at_ = Instant::never();
    if (snd_wnd_ == 0 && !queue_.empty()) {
        // Zero window probe: one byte beyond the window (RFC 9293 section 3.8.6.1).
        // snd_nxt_ stays: if the peer does not take the byte, it is the first to go when it can.
        transmit_segment(snd_una_, 1, false, now);
        if (seq_less(snd_max_, snd_una_ + 1)) snd_max_ = snd_una_ + 1;
        arm_retransmit(now);
        return;
    }
    transmit_queued(now);
}

u16 TcpStream::send_mss() const { return min(peer_mss_, static_cast<u16>(mtu_ - kTcpIpHeaders)); }

void TcpStream::transmit_queued(Instant now) {
    const u32 window = min(snd_wnd_, cwnd_);
    const u16 mss = send_mss();
    // A segment a round at least: bounded by the send buffer.
    while (true) {
        const u32 offset = snd_nxt_ - queue_seq_;
        const bool fin_left = fin_queued_ && snd_nxt_ != fin_seq() + 1;
        if (offset >= queue_.size() && !fin_left) break;
        const size_t unsent = queue_.size() - min(size_t{offset}, queue_.size());
        const u32 in_flight = snd_nxt_ - snd_una_;
        const size_t allowed = window > in_flight ? window - in_flight : 0;
        const size_t size = min(min(unsent, size_t{mss}), allowed);
        if (size == 0 && unsent != 0) break;
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
    if (!emit(header, Bytes(queue_.span()).subspan(offset, size)).ok()) return false;
    if (!timing_ && seq == snd_max_) {
        timing_ = true;
        timed_seq_ = seq + static_cast<u32>(size) + (with_fin ? 1 : 0);
        timed_at_ = now;
    }
    return true;
}

void TcpStream::transmit_control(bool syn, bool rst) {
    TcpHeader header = header_template();
    header.syn = syn;
    header.rst = rst;
    if (syn) {
        header.has_ack = false;
        header.seq = iss_;
        header.ack = 0;
        header.window = static_cast<u16>(min(receive_window(), u32{0xffff}));
        header.mss = static_cast<u16>(mtu_ - kTcpIpHeaders);
        header.window_scale = our_scale_;
        header.sack_permitted = true;
    }
    // Lost is lost: a SYN has its timer, an acknowledgement its successor. With no room in the card
    // the acknowledgement stays owed.
    const Result<void> sent = emit(header, {});
    if (!sent.ok() && sent.error() == Error::busy && !syn && !rst) ack_owed_ = true;
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
    if (peer_sack_ && !reassembly_.empty())
        header.sack_count = reassembly_.sack_blocks(header.sack);
    return header;
}

Result<void> TcpStream::emit(TcpHeader& header, Bytes payload) {
    Interface* interface = stack_.route(remote_.address);
    if (interface == nullptr) return Error::network_unreachable;
    const MutableBytes area = stack_.transmit_area();
    Writer writer(area);
    header.emit(writer);
    writer.bytes(payload);
    if (!writer.ok()) return Error::too_large;
    wire::InternetChecksum sum;
    sum.add_pseudo_header(local_.address, remote_.address, wire::kProtocolTcp, writer.size());
    sum.add(Bytes(writer.written()));
    store_be<u16>(area.subspan(TcpHeader::kChecksumOffset), sum.value());
    const Result<void> sent = stack_.send_ip(*interface, local_.address, remote_.address,
                                             wire::kProtocolTcp, writer.size());
    // Whatever carries an acknowledgement number pays the debt.
    if (sent.ok()) ack_owed_ = false;
    return sent;
}

}  // namespace kedge::net
