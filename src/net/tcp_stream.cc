#include "src/net/tcp_stream.h"

#include "net/wire/ipv4.h"

namespace kedge::net {

namespace {
constexpr Duration kConnectTimeout = Duration::seconds(20);
}  // namespace

TcpStream::~TcpStream() { abort(); }

Result<void> TcpStream::open(Endpoint local, Endpoint remote, u16 mtu, Instant now) {
    local_ = local;
    remote_ = remote;
    mtu_ = mtu;
    const u64 hash = stack_.connection_hash(local, remote);
    // RFC 6528: a clock of 4 us, and an offset that only we can tell for each pair of endpoints.
    iss_ = static_cast<u32>(now.us() / 4) + static_cast<u32>(hash);
    timestamp_offset_ = static_cast<u32>(hash >> 32);  // RFC 7323 section 5.4
    snd_una_ = iss_;
    snd_nxt_ = snd_max_ = recover_ = queue_seq_ = iss_ + 1;
    // The smallest shift with which the window can be said in 16 bits.
    while (Reassembly::kSize >> our_scale_ > 0xffff) ++our_scale_;
    ssthresh_ = UINT32_MAX;
    state_ = State::syn_sent;
    timing_ = true;
    timed_seq_ = snd_nxt_;
    timed_at_ = now;
    give_up_at_ = now + kConnectTimeout;
    transmit_syn();
    arm_retransmit(now);
    return {};
}

Result<void> TcpStream::send(Bytes data) {
    if (state_ != State::established) return Error::not_connected;
    TRY(queue_.push(data));
    if (give_up_at_ == Instant::never()) give_up_at_ = stack_.now() + kGiveUp;
    return {};
}

size_t TcpStream::send_room() const { return queue_.room(); }

void TcpStream::close() {
    switch (state_) {
        case State::syn_sent:
            state_ = State::closed;
            break;
        case State::established:
            fin_queued_ = true;
            if (give_up_at_ == Instant::never()) give_up_at_ = stack_.now() + kGiveUp;
            state_ = State::fin_wait_1;
            break;
        default:
            break;
    }
}

void TcpStream::abort() {
    // Once our FIN and the peer's have crossed there is nothing left to break off.
    const bool peer_waits =
        state_ == State::established || state_ == State::fin_wait_1 || state_ == State::fin_wait_2;
    if (peer_waits && linked()) transmit_control(snd_max_, true);
    // Memory stays: the sink that calls may still be reading from it.
    state_ = State::closed;
    told_closed_ = true;
    ack_owed_ = false;
}

void TcpStream::finish(Error why) {
    state_ = State::closed;
    reassembly_.clear();
    queue_.clear();
    ack_owed_ = false;
    if (told_closed_) return;
    told_closed_ = true;
    sink_.on_closed(why);
}

void TcpStream::on_unreachable() {
    if (state_ == State::syn_sent) finish(Error::host_unreachable);
}

void TcpStream::on_undelivered(u32 seq, const Undelivered& what) {
    // RFC 5927 section 4.1: only what is on its way can be reported lost.
    const bool in_flight = seq - snd_una_ < snd_max_ - snd_una_;
    if (!open() || !in_flight) return;
    if (what.kind == Undelivered::Kind::too_big) {
        reduce_mtu(what.next_mtu);
    } else if (what.kind == Undelivered::Kind::final && state_ == State::syn_sent) {
        finish(what.why);
    } else {
        last_trouble_ = what.why;  // an established connection outlives it: RFC 5461 section 2.2
    }
}

/// The interface that leads to the peer from our address; null when there is none any more.
Interface* TcpStream::way() {
    if (way_version_ != stack_.routes_version()) {
        way_version_ = stack_.routes_version();
        way_ = stack_.route(remote_.address);
        if (way_ != nullptr && way_->config().address != local_.address) way_ = nullptr;
    }
    return way_;
}

/// False when the stream is over.
bool TcpStream::poll_timers(Instant now) {
    if (state_ == State::time_wait) {
        if (now >= time_wait_until_) finish(Error::none);
        return state_ != State::closed;
    }
    if (now >= give_up_at_) {
        finish(last_trouble_);
        return false;
    }
    if (now >= retransmit_at_) {
        on_retransmit_timeout(now);
    } else if (now >= keep_alive_at_ && state_ == State::established && snd_una_ == snd_max_) {
        if (keep_alives_ == kMaxKeepAlives) {
            finish(last_trouble_);
            return false;
        }
        ++keep_alives_;
        keep_alive_at_ = now + kKeepAlive;
        transmit_control(snd_max_ - 1, false);  // old, so it must be answered: RFC 9293 3.8.4
    }
    return true;
}

void TcpStream::poll(Instant now) {
    if (state_ == State::closed) return;
    if (way() == nullptr) {
        // The interface was closed or got another address: no answer can reach this stream.
        finish(Error::network_unreachable);
        return;
    }
    if (!poll_timers(now)) return;
    if (synchronised()) transmit_queued(now);
    for (; duplicate_acks_owed_ > 0; --duplicate_acks_owed_) transmit_control(snd_max_, false);
    if (ack_owed_) transmit_control(snd_max_, false);
}

Instant TcpStream::poll_at() const {
    if (state_ == State::closed) return Instant::never();
    if (ack_owed_ || duplicate_acks_owed_ > 0) return stack_.now();
    if (state_ == State::time_wait) return time_wait_until_;
    // Something queued since the last poll has no timer yet.
    if (retransmit_at_ == Instant::never() && (!queue_.empty() || (fin_queued_ && !fin_sent()))) {
        return stack_.now();
    }
    const Instant keep_alive = state_ == State::established ? keep_alive_at_ : Instant::never();
    return min(min(retransmit_at_, give_up_at_), keep_alive);
}

}  // namespace kedge::net
