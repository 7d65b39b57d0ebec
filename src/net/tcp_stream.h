// TcpStream: one TCP connection that we open. RFC 9293 with RFC 7323 window scaling and timestamps,
// RFC 2018 selective acknowledgement of what we receive, RFC 6298 timers, RFC 5681, 3042 and 6582
// for what we send, and against forgers RFC 5961 and 5927.
//
// Built for receiving: in-order data goes from the card's buffers straight to the sink, in segments
// of up to 64 KiB, and one acknowledgement is sent per Stack::poll() for all that arrived in it.
#pragma once

#include "base/list.h"
#include "net/stack.h"
#include "net/wire/tcp.h"
#include "src/net/reassembly.h"
#include "src/net/round_trip.h"
#include "src/net/send_queue.h"

namespace kedge::net {

class TcpStream final : public Stream, public ListNode<TcpStream> {
  public:
    TcpStream(Stack& stack, StreamSink& sink) : stack_(stack), sink_(sink) {}
    ~TcpStream() override;

    /// Sends the SYN. `mtu` is that of the interface towards `remote`.
    Result<void> open(Endpoint local, Endpoint remote, u16 mtu, Instant now);

    // Stream.
    Result<void> send(Bytes data) override;
    size_t send_room() const override;
    void close() override;
    void abort() override;
    Endpoint remote() const override { return remote_; }

    // For the stack.
    Endpoint local() const { return local_; }
    bool open() const { return state_ != State::closed && state_ != State::time_wait; }
    void on_segment(const wire::TcpHeader& segment, Parts payload, Instant now);
    void on_unreachable();
    /// The segment that begins with `seq` did not arrive.
    void on_undelivered(u32 seq, const Undelivered& what);
    /// Timers, then queued data, then the acknowledgement that is owed.
    void poll(Instant now);
    Instant poll_at() const;

  private:
    // RFC 9293 section 3.3.2, without the passive ones and CLOSE-WAIT: when the peer ends, so do
    // we.
    enum class State : u8 {
        closed,
        syn_sent,
        established,
        fin_wait_1,
        fin_wait_2,
        closing,
        last_ack,
        time_wait,
    };

    static constexpr u16 kTcpIpHeaders = 40;  // without options
    /// How long a peer may leave something unanswered, or not end its side after we ended ours.
    static constexpr Duration kGiveUp = Duration::seconds(30);
    /// We open every connection, so no late segment of ours can disturb a successor on the same
    /// ports, which are random: the full two minutes would only delay the hand-over.
    static constexpr Duration kTimeWait = Duration::ms(500);
    /// Firewalls forget silent connections. A peer that misses all probes is gone.
    static constexpr Duration kKeepAlive = Duration::seconds(15);
    static constexpr u8 kMaxKeepAlives = 8;
    /// RFC 5961 section 7, per connection: a limit shared by all would tell one peer about another.
    static constexpr u8 kMaxChallenges = 10;
    static constexpr Duration kChallengePeriod = Duration::seconds(1);

    // tcp_receive.cc
    void on_syn_sent(const wire::TcpHeader& segment, Instant now);
    bool timely(const wire::TcpHeader& segment);
    bool acceptable(const wire::TcpHeader& segment, const Parts& payload, Instant now);
    void challenge(Instant now);
    void receive(const wire::TcpHeader& segment, Parts payload);
    void deliver(const Parts& data);
    void deliver_reassembled();
    void on_peer_fin(Instant now);
    u32 receive_window() const { return min(Reassembly::kSize, u32{0xffff} << our_scale_); }

    // tcp_ack.cc
    /// False when the segment must not be looked at any further.
    bool on_ack(const wire::TcpHeader& segment, bool carries_data, Instant now);
    void on_ack_of_new_data(const wire::TcpHeader& segment, Instant now);
    void sample_round_trip(const wire::TcpHeader& segment, Instant now);
    void grow_window(u32 acknowledged, Instant now);
    void on_duplicate_ack(Instant now);
    void on_fin_acknowledged(Instant now);
    void retransmit_first(Instant now);
    void on_retransmit_timeout(Instant now);
    void arm_retransmit(Instant now);
    u32 halved_flight() const;
    void reduce_mtu(u16 mtu);
    void apply_mtu(u16 mtu);

    // tcp_send.cc
    void transmit_queued(Instant now);
    u32 usable_window(Instant now);
    bool transmit_segment(u32 seq, size_t size, bool with_fin, Instant now);
    void transmit_syn();
    void transmit_control(u32 seq, bool rst);
    void transmit_reset(u32 seq);
    u32 send_mss() const;
    u32 initial_window() const;
    Result<void> emit(wire::TcpHeader& header, const Parts& payload);
    wire::TcpHeader header_template() const;

    // tcp_stream.cc
    bool poll_timers(Instant now);
    Interface* way();
    void finish(Error why);
    u32 timestamp(Instant now) const { return static_cast<u32>(now.ms()) + timestamp_offset_; }
    bool synchronised() const { return state_ != State::closed && state_ != State::syn_sent; }
    /// May the sender side still have something unacknowledged?
    bool fin_sent() const { return fin_queued_ && snd_nxt_ == fin_seq() + 1; }
    u32 fin_seq() const { return queue_seq_ + static_cast<u32>(queue_.size()); }

    Stack& stack_;
    StreamSink& sink_;
    Endpoint local_;
    Endpoint remote_;
    Interface* way_ = nullptr;  // towards remote_, as of way_version_
    u32 way_version_ = 0;
    State state_ = State::closed;
    bool told_closed_ = false;               // on_closed() has been called
    Error last_trouble_ = Error::timed_out;  // why nothing arrives, as far as we were told

    // Path MTU: RFC 1191, with the caution of RFC 5927 section 7.2.
    u16 mtu_ = 0;
    u16 claimed_mtu_ = 0;  // believed only when nothing gets through any more; zero: no claim
    bool full_size_seen_ = false;  // a segment of full size has been acknowledged
    u8 timeouts_ = 0;              // since something was acknowledged

    // Send sequence variables, RFC 9293 section 3.3.1.
    u32 iss_ = 0;
    u32 snd_una_ = 0;
    u32 snd_nxt_ = 0;
    u32 snd_max_ = 0;  // highest ever sent: snd_nxt_ goes back on a timeout
    u32 snd_wnd_ = 0;
    u32 max_snd_wnd_ = 0;
    u32 snd_wl1_ = 0;
    u32 snd_wl2_ = 0;
    u16 peer_mss_ = 536;
    u8 peer_scale_ = 0;
    bool fin_queued_ = false;
    SendQueue queue_;  // not yet acknowledged; its first byte has number queue_seq_
    u32 queue_seq_ = 0;

    // Congestion control: RFC 5681, and RFC 6582 where `recovering_`.
    u32 cwnd_ = 0;  // bytes
    u32 ssthresh_ = 0;
    u8 duplicate_acks_ = 0;
    bool recovering_ = false;
    u32 recover_ = 0;  // what had been sent when the last loss was noticed
    Instant last_sent_at_;

    // RFC 6298, RFC 7323 section 4.
    RoundTrip round_trip_;
    bool timing_ = false;  // a segment is being timed, without timestamps never a repeated one
    u32 timed_seq_ = 0;
    Instant timed_at_;
    Instant retransmit_at_ = Instant::never();
    Instant give_up_at_ = Instant::never();  // when nothing has been acknowledged until then
    Instant time_wait_until_ = Instant::never();
    Instant keep_alive_at_ = Instant::never();
    u8 keep_alives_ = 0;  // unanswered

    // Receive sequence variables.
    u32 irs_ = 0;
    u32 rcv_nxt_ = 0;
    u8 our_scale_ = 0;
    bool peer_sack_ = false;
    bool ack_owed_ = false;
    u8 duplicate_acks_owed_ = 0;  // to a peer without SACK: it counts them
    std::optional<u32> peer_fin_;
    Reassembly reassembly_;

    // RFC 7323.
    bool timestamps_ = false;  // both sides send them
    u32 timestamp_offset_ = 0;
    u32 timestamp_recent_ = 0;  // TS.Recent
    u32 last_ack_sent_ = 0;

    // RFC 5961 section 7.
    u8 challenges_ = 0;
    Instant challenge_period_end_;
};

}  // namespace kedge::net
