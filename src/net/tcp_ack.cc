// Acknowledgements of what we sent: RFC 9293 section 3.10.7.4, the retransmission timer of RFC
// 6298, congestion control of RFC 5681 with RFC 3042 and 6582, and the path MTU of RFC 1191.
#include "base/log.h"
#include "src/net/tcp_stream.h"

namespace kedge::net {

using wire::seq_at_most;
using wire::seq_less;
using wire::TcpHeader;

namespace {
constexpr u8 kFastRetransmitThreshold = 3;
constexpr u32 kMaxCongestionWindow = 1u << 20;
/// Smaller packets are never needed in practice; whoever asks for them means harm. 552 is the
/// lowest that hosts commonly go.
constexpr u16 kLeastMtu = 552;
constexpr u8 kBlackHoleTimeouts = 3;
constexpr Duration kMaxRoundTrip = Duration::seconds(60);

/// For routers that do not say which size fits: the next lower plateau of RFC 1191 section 7.1.
u16 next_plateau(u16 mtu) {
    for (u16 plateau : {u16{1492}, u16{1006}}) {
        if (plateau < mtu) return plateau;
    }
    return kLeastMtu;
}
}  // namespace

bool TcpStream::on_ack(const TcpHeader& segment, bool carries_data, Instant now) {
    // RFC 5961 section 5.2: of something never sent, or so old that it can only be a guess.
    if (seq_less(snd_max_, segment.ack) || seq_less(segment.ack, snd_una_ - max_snd_wnd_)) {
        challenge(now);
        return false;
    }
    if (seq_less(segment.ack, snd_una_)) return true;
    const u32 window = static_cast<u32>(segment.window) << peer_scale_;
    if (seq_less(snd_una_, segment.ack)) {
        on_ack_of_new_data(segment, now);
    } else if (snd_una_ != snd_max_ && !carries_data && !segment.fin && snd_wnd_ != 0 &&
               (window == snd_wnd_ || segment.sack_count != 0)) {
        on_duplicate_ack(now);
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

void TcpStream::on_ack_of_new_data(const TcpHeader& segment, Instant now) {
    const u32 acknowledged = segment.ack - snd_una_;
    sample_round_trip(segment, now);
    if (acknowledged >= send_mss()) full_size_seen_ = true;
    timeouts_ = 0;
    claimed_mtu_ = 0;
    last_trouble_ = Error::timed_out;
    snd_una_ = segment.ack;
    if (seq_less(snd_nxt_, snd_una_)) snd_nxt_ = snd_una_;
    const bool fin_acknowledged = fin_queued_ && segment.ack == fin_seq() + 1;
    const size_t done = min(size_t{segment.ack - queue_seq_}, queue_.size());
    queue_.pop(done);
    queue_seq_ += static_cast<u32>(done);

    const bool outstanding = snd_una_ != snd_max_;
    retransmit_at_ = Instant::never();
    const bool more = outstanding || !queue_.empty() || (fin_queued_ && !fin_acknowledged);
    give_up_at_ = more ? now + kGiveUp : Instant::never();
    if (outstanding) arm_retransmit(now);
    grow_window(acknowledged, now);
    if (fin_acknowledged) on_fin_acknowledged(now);
}

/// Once per round trip: more samples would only make RFC 6298 forget faster (RFC 7323 section 4.2).
void TcpStream::sample_round_trip(const TcpHeader& segment, Instant now) {
    if (!timing_ || !seq_at_most(timed_seq_, segment.ack)) return;
    timing_ = false;
    Duration sample = now - timed_at_;
    if (timestamps_) {
        // The echo says which of several copies arrived, so repeated segments may be timed too.
        sample = Duration::ms(timestamp(now) - segment.timestamp_echo);
        if (sample > kMaxRoundTrip) return;
    }
    round_trip_.add(sample);
}

void TcpStream::grow_window(u32 acknowledged, Instant now) {
    const u32 mss = send_mss();
    if (recovering_ && seq_less(snd_una_, recover_)) {
        // RFC 6582 section 3.2 step 3, a partial acknowledgement: the next segment is lost too.
        cwnd_ = cwnd_ - min(cwnd_, acknowledged) + mss;
        retransmit_first(now);
        return;
    }
    duplicate_acks_ = 0;
    if (recovering_) {
        recovering_ = false;
        cwnd_ = min(ssthresh_, max(snd_max_ - snd_una_, mss) + mss);
        return;
    }
    cwnd_ += cwnd_ < ssthresh_ ? min(acknowledged, 2 * mss)
                               : max(1u, static_cast<u32>(u64{mss} * acknowledged / cwnd_));
    cwnd_ = min(cwnd_, kMaxCongestionWindow);
}

void TcpStream::on_duplicate_ack(Instant now) {
    if (recovering_) {
        cwnd_ = min(cwnd_ + send_mss(), kMaxCongestionWindow);  // one segment has left the network
        return;
    }
    if (duplicate_acks_ < kFastRetransmitThreshold) ++duplicate_acks_;
    // Duplicates of what was repeated after an earlier loss tell of no new one.
    if (duplicate_acks_ != kFastRetransmitThreshold || seq_less(snd_una_, recover_)) return;
    ssthresh_ = halved_flight();
    cwnd_ = ssthresh_ + kFastRetransmitThreshold * send_mss();
    recovering_ = true;
    recover_ = snd_max_;
    retransmit_first(now);
    arm_retransmit(now);
}

u32 TcpStream::halved_flight() const { return max((snd_max_ - snd_una_) / 2, 2 * send_mss()); }

/// Sends the oldest unacknowledged segment again.
void TcpStream::retransmit_first(Instant now) {
    ++stack_.counters_.tcp_retransmits;
    if (!timestamps_) timing_ = false;
    const size_t held = queue_.size();  // snd_una_ is where the queue begins
    const size_t sent = min(held, size_t{snd_max_ - snd_una_});
    const size_t size = min(sent, size_t{send_mss()});
    const bool fin_was_sent = fin_queued_ && snd_max_ == fin_seq() + 1;
    transmit_segment(snd_una_, size, fin_was_sent && size == held, now);
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

void TcpStream::arm_retransmit(Instant now) { retransmit_at_ = now + round_trip_.timeout(); }

void TcpStream::on_retransmit_timeout(Instant now) {
    ++stack_.counters_.tcp_retransmits;
    log::debug(log::kTcp, "{}: retransmit after {} ms", remote_, round_trip_.timeout().ms());
    round_trip_.back_off();
    if (!timestamps_) timing_ = false;
    if (state_ == State::syn_sent) {
        timing_ = false;
        transmit_syn();
        arm_retransmit(now);
        return;
    }
    if (timeouts_ < UINT8_MAX) ++timeouts_;
    if (claimed_mtu_ != 0) apply_mtu(claimed_mtu_);
    // Nothing large has ever got through, and no router says why.
    if (timeouts_ == kBlackHoleTimeouts && !full_size_seen_ && snd_wnd_ != 0) apply_mtu(kLeastMtu);
    ssthresh_ = halved_flight();
    cwnd_ = send_mss();
    recovering_ = false;
    recover_ = snd_max_;
    duplicate_acks_ = 0;
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

/// A router says that only packets of `mtu` bytes fit. RFC 5927 section 7.2: as long as larger ones
/// are seen to arrive, that is remembered and believed only when they do not any more.
void TcpStream::reduce_mtu(u16 mtu) {
    if (mtu == 0) mtu = next_plateau(mtu_);
    mtu = max(mtu, kLeastMtu);
    if (mtu >= mtu_) return;
    if (full_size_seen_) {
        claimed_mtu_ = mtu;
    } else {
        apply_mtu(mtu);
    }
}

void TcpStream::apply_mtu(u16 mtu) {
    claimed_mtu_ = 0;
    if (mtu >= mtu_) return;
    mtu_ = mtu;
    full_size_seen_ = false;
    // Not congestion: everything goes again at once, in smaller pieces.
    if (synchronised()) snd_nxt_ = snd_una_;
}

}  // namespace kedge::net
