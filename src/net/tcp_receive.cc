// The receiving half of TcpStream: RFC 9293 section 3.10.7.
#include "base/log.h"
#include "src/net/tcp_stream.h"

namespace kedge::net {

using wire::seq_at_most;
using wire::seq_less;
using wire::TcpHeader;

void TcpStream::on_segment(const TcpHeader& segment, Parts payload, Instant now) {
    if (state_ == State::closed) return;
    if (state_ == State::syn_sent) {
        on_syn_sent(segment, now);
        return;
    }
    if (!timely(segment) || !acceptable(segment, payload, now)) return;
    if (segment.rst) {
        finish(Error::connection_reset);
        return;
    }
    if (!segment.has_ack) return;
    if (!on_ack(segment, !payload.empty(), now)) return;
    if (state_ == State::closed || state_ == State::time_wait) return;
    if (timestamps_ && seq_at_most(segment.seq, last_ack_sent_)) {
        timestamp_recent_ = segment.timestamp;
    }
    keep_alive_at_ = now + kKeepAlive;
    keep_alives_ = 0;
    receive(segment, payload);
    if (state_ == State::fin_wait_2) give_up_at_ = now + kGiveUp;
    if (state_ != State::closed && peer_fin_ == rcv_nxt_) on_peer_fin(now);
}

void TcpStream::on_syn_sent(const TcpHeader& segment, Instant now) {
    const bool acknowledges_syn = segment.has_ack && segment.ack == iss_ + 1;
    if (segment.has_ack && !acknowledges_syn) {
        // The peer holds an older connection on these ports: RFC 9293 section 3.10.7.3 ends it, so
        // that the repeated SYN finds the way free.
        if (!segment.rst) transmit_reset(segment.ack);
        return;
    }
    if (segment.rst) {
        if (acknowledges_syn) finish(Error::connection_refused);
        return;
    }
    if (!segment.syn || !acknowledges_syn) return;  // no simultaneous open: nobody knows our port
    irs_ = segment.seq;
    rcv_nxt_ = last_ack_sent_ = irs_ + 1;
    snd_una_ = segment.ack;
    snd_wnd_ = segment.window;  // not scaled in a SYN
    max_snd_wnd_ = snd_wnd_;
    snd_wl1_ = segment.seq;
    snd_wl2_ = segment.ack;
    if (segment.mss) peer_mss_ = max(*segment.mss, u16{64});
    // Both sides must have asked for scaling (RFC 7323 section 2.2).
    if (segment.window_scale) {
        peer_scale_ = *segment.window_scale;
    } else {
        our_scale_ = 0;
    }
    peer_sack_ = segment.sack_permitted;
    timestamps_ = segment.has_timestamps;
    timestamp_recent_ = segment.timestamp;
    cwnd_ = initial_window();
    if (timing_) round_trip_.add(now - timed_at_);
    timing_ = false;
    timeouts_ = 0;
    last_trouble_ = Error::timed_out;
    retransmit_at_ = give_up_at_ = Instant::never();
    keep_alive_at_ = now + kKeepAlive;
    state_ = State::established;
    ack_owed_ = true;
    sink_.on_connected();
}

/// PAWS, RFC 7323 section 5: a segment from before the sequence numbers wrapped is old however well
/// they fit. At 1 Gb/s they wrap in half a minute.
bool TcpStream::timely(const TcpHeader& segment) {
    if (!timestamps_ || segment.rst) return true;
    if (!segment.has_timestamps) return false;  // section 3.2: every segment has them, or none
    if (!seq_less(segment.timestamp, timestamp_recent_)) return true;
    ack_owed_ = true;
    return false;
}

/// An acknowledgement that says where we are, for a segment that may be forged (RFC 5961): the true
/// peer learns from it, and asking for more than a few tells a forger nothing.
void TcpStream::challenge(Instant now) {
    if (now >= challenge_period_end_) {
        challenge_period_end_ = now + kChallengePeriod;
        challenges_ = 0;
    }
    if (challenges_ == kMaxChallenges) return;
    ++challenges_;
    ack_owed_ = true;
}

/// RFC 9293 first to fourth check, with RFC 5961: a reset or SYN that does not fit exactly asks for
/// a challenge acknowledgement instead of ending the connection.
bool TcpStream::acceptable(const TcpHeader& segment, const Parts& payload, Instant now) {
    const u32 offset = segment.seq - rcv_nxt_;  // huge for old data
    const bool starts_in_window = offset < receive_window();
    if (segment.rst) {
        if (segment.seq == rcv_nxt_) return true;
        if (starts_in_window) challenge(now);
        return false;
    }
    if (segment.syn) {
        challenge(now);
        return false;
    }
    if (starts_in_window) return true;
    const u32 length = static_cast<u32>(payload.size()) + (segment.fin ? 1 : 0);
    if (length == 0) {
        challenge(now);  // a keep-alive probe, or nothing of this connection
        return false;
    }
    const bool overlaps = seq_less(rcv_nxt_, segment.seq + length) &&
                          seq_less(segment.seq, rcv_nxt_ + receive_window());
    // Repeated or far off: our acknowledgement was lost. Say where we are, once per poll at most.
    if (!overlaps) ack_owed_ = true;
    return overlaps;
}

void TcpStream::receive(const TcpHeader& segment, Parts payload) {
    const u32 end = segment.seq + static_cast<u32>(payload.size());
    if (segment.fin && !peer_fin_ && seq_at_most(rcv_nxt_, end)) peer_fin_ = end;
    if (payload.empty()) {
        if (segment.fin) ack_owed_ = true;
        return;
    }
    ack_owed_ = true;
    u32 seq = segment.seq;
    if (seq_less(seq, rcv_nxt_)) {
        payload.skip(rcv_nxt_ - seq);
        seq = rcv_nxt_;
    }
    payload.truncate(receive_window() - (seq - rcv_nxt_));
    if (peer_fin_) {
        // Nothing comes after the end: a peer that goes on regardless is cut off there.
        const i32 left = static_cast<i32>(*peer_fin_ - seq);
        payload.truncate(left > 0 ? static_cast<size_t>(left) : 0);
    }
    if (payload.empty()) return;

    if (seq == rcv_nxt_) {
        deliver(payload);
        if (!reassembly_.empty()) deliver_reassembled();
        return;
    }
    ++stack_.counters_.tcp_out_of_order;
    reassembly_.store(rcv_nxt_, seq, payload);
    if (!peer_sack_ && duplicate_acks_owed_ < 8) ++duplicate_acks_owed_;
}

void TcpStream::deliver(const Parts& data) {
    rcv_nxt_ += static_cast<u32>(data.size());
    if (!told_closed_) sink_.on_data(data);
}

void TcpStream::deliver_reassembled() {
    while (state_ != State::closed) {
        // First, so that the range looked at is the one that may go on where we are.
        reassembly_.release_below(rcv_nxt_);
        std::array<Bytes, 1> second_piece;
        Parts data = reassembly_.available(rcv_nxt_, second_piece);
        if (peer_fin_) data.truncate(*peer_fin_ - rcv_nxt_);
        if (data.empty()) return;
        deliver(data);
    }
}

void TcpStream::on_peer_fin(Instant now) {
    ++rcv_nxt_;
    peer_fin_.reset();
    reassembly_.clear();
    ack_owed_ = true;
    switch (state_) {
        case State::established:
            // Nobody here has anything new to say after the peer ended: what is queued still goes
            // out, then our side ends as well.
            state_ = State::last_ack;
            fin_queued_ = true;
            give_up_at_ = now + (queue_.empty() ? Duration::seconds(2) : kGiveUp);
            break;
        case State::fin_wait_1:
            state_ = State::closing;
            break;
        case State::fin_wait_2:
            state_ = State::time_wait;
            time_wait_until_ = now + kTimeWait;
            retransmit_at_ = give_up_at_ = Instant::never();
            break;
        default:
            return;
    }
    if (told_closed_) return;
    told_closed_ = true;
    sink_.on_closed(Error::none);
}

}  // namespace kedge::net
