#include "src/net/tcp_stream.h"

#include "net/wire/ipv4.h"

namespace kedge::net {

namespace {

constexpr size_t kSendBuffer = 16 * 1024;
constexpr Duration kConnectTimeout = Duration::seconds(20);

}  // namespace

TcpStream::~TcpStream() { abort(); }

Result<void> TcpStream::open(Endpoint local, Endpoint remote, u16 mtu, Instant now) {
    local_ = local;
    remote_ = remote;
    mtu_ = mtu;
    iss_ = stack_.entropy().next_u32();
    snd_una_ = iss_;
    snd_nxt_ = snd_max_ = iss_ + 1;
    queue_seq_ = iss_ + 1;
    // The smallest shift with which the window can be said in 16 bits.
    while (receive_window() >> our_scale_ > 0xffff) ++our_scale_;
    cwnd_ = 10u * (mtu_ - kTcpIpHeaders);  // RFC 6928
    ssthresh_ = UINT32_MAX;
    state_ = State::syn_sent;
    timing_ = true;
    timed_seq_ = snd_nxt_;
    timed_at_ = now;
    give_up_at_ = now + kConnectTimeout;
    transmit_control(true, false);
    arm_retransmit(now);
    return {};
}

Result<void> TcpStream::send(Bytes data) {
    if (state_ != State::established) return Error::not_connected;
    if (data.size() > send_room()) return Error::busy;
    TRY(queue_.reserve(queue_.size() + data.size()));
    for (u8 byte : data) TRY(queue_.push_back(byte));
    if (give_up_at_ == Instant::never()) give_up_at_ = stack_.now() + kGiveUp;
    return {};
}

size_t TcpStream::send_room() const { return kSendBuffer - min(kSendBuffer, queue_.size()); }

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
    if (peer_waits && linked()) transmit_control(false, true);
    state_ = State::closed;
    told_closed_ = true;
    ack_owed_ = false;
}

void TcpStream::finish(Error why) {
    state_ = State::closed;
    reassembly_.clear();
    ack_owed_ = false;
    if (told_closed_) return;
    told_closed_ = true;
    sink_.on_closed(why);
}

void TcpStream::on_unreachable() {
    if (state_ == State::syn_sent) finish(Error::host_unreachable);
}

void TcpStream::on_undelivered(u32 seq, const Undelivered& what, Instant) {
    if (state_ != State::syn_sent || seq != iss_) return;
    if (what.kind == Undelivered::Kind::final) finish(what.why);
}

void TcpStream::poll(Instant now) {
    if (state_ == State::closed) return;
    const Interface* way = stack_.route(remote_.address);
    if (way == nullptr || way->config().address != local_.address) {
        // The interface was closed or got another address: no answer can reach this stream.
        finish(Error::network_unreachable);
        return;
    }
    if (state_ == State::time_wait) {
        if (now >= time_wait_until_) state_ = State::closed;
    } else if (now >= give_up_at_) {
        finish(Error::timed_out);
        return;
    } else if (now >= retransmit_at_) {
        on_retransmit_timeout(now);
    }
    if (synchronised()) transmit_queued(now);
    for (; duplicate_acks_owed_ > 0; --duplicate_acks_owed_) transmit_control(false, false);
    if (ack_owed_) transmit_control(false, false);
}

Instant TcpStream::poll_at() const {
    if (state_ == State::closed) return Instant::never();
    if (ack_owed_ || duplicate_acks_owed_ > 0) return stack_.now();
    // Something queued since the last poll has no timer yet.
    if (retransmit_at_ == Instant::never() && (!queue_.empty() || (fin_queued_ && !fin_sent()))) {
        return stack_.now();
    }
    if (state_ == State::time_wait) return time_wait_until_;
    return min(retransmit_at_, give_up_at_);
}

}  // namespace kedge::net
