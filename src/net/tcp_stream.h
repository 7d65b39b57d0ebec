// TcpStream: one TCP connection that we open. RFC 9293 with RFC 7323 window scaling, RFC 2018
// selective acknowledgement, RFC 6298 timers and the reset rules of RFC 5961.
//
// Built for receiving: in-order data goes from the card's buffers straight to the sink, in segments
// of up to 64 KiB, and one acknowledgement is sent per Stack::poll() for all that arrived in it.
#pragma once

#include "base/list.h"
#include "base/vector.h"
#include "net/stack.h"
#include "net/wire/tcp.h"
#include "src/net/reassembly.h"

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
    void on_undelivered(u32 seq, const Undelivered& what, Instant now);
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

    // tcp_receive.cc
    void on_syn_sent(const wire::TcpHeader& segment, Instant now);
    bool acceptable(const wire::TcpHeader& segment, const Parts& payload);
    void receive(const wire::TcpHeader& segment, Parts payload);
    void deliver(const Parts& data);
    void deliver_reassembled();
    void on_peer_fin(Instant now);
    u32 receive_window() const { return Reassembly::kSize; }

    // tcp_send.cc
    /// False when the segment must not be looked at any further.
    bool on_ack(const wire::TcpHeader& segment, bool carries_data, Instant now);
    void on_ack_of_new_data(u32 ack, Instant now);
    void on_fin_acknowledged(Instant now);
    void update_rtt(Duration sample);
    void transmit_queued(Instant now);
    bool transmit_segment(u32 seq, size_t size, bool with_fin, Instant now);
    void transmit_control(bool syn, bool rst);
    void transmit_reset(u32 seq);
    u16 send_mss() const;
    void on_retransmit_timeout(Instant now);
    void arm_retransmit(Instant now);
    Result<void> emit(wire::TcpHeader& header, Bytes payload);
    wire::TcpHeader header_template() const;

    void finish(Error why);
    bool synchronised() const { return state_ != State::closed && state_ != State::syn_sent; }
    /// May the sender side still have something unacknowledged?
    bool fin_sent() const { return fin_queued_ && snd_nxt_ == fin_seq() + 1; }
    u32 fin_seq() const { return queue_seq_ + static_cast<u32>(queue_.size()); }

    Stack& stack_;
    StreamSink& sink_;
    Endpoint local_;
    Endpoint remote_;
    State state_ = State::closed;
    bool told_closed_ = false;  // on_closed() has been called
    u16 mtu_ = 0;

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
    u32 cwnd_ = 0;  // bytes; RFC 5681
    u32 ssthresh_ = 0;
    u8 duplicate_acks_ = 0;
    bool fin_queued_ = false;
    Vector<u8> queue_;  // not yet acknowledged; its first byte has number queue_seq_
    u32 queue_seq_ = 0;

    // RFC 6298.
    Duration srtt_;
    Duration rttvar_;
    Duration rto_ = Duration::seconds(1);
    bool have_rtt_ = false;
    bool timing_ = false;  // one segment is being timed, never a repeated one (Karn)
    u32 timed_seq_ = 0;
    Instant timed_at_;
    Instant retransmit_at_ = Instant::never();
    Instant give_up_at_ = Instant::never();  // when nothing has been acknowledged until then
    Instant time_wait_until_ = Instant::never();

    // Receive sequence variables.
    u32 irs_ = 0;
    u32 rcv_nxt_ = 0;
    u8 our_scale_ = 0;
    bool peer_sack_ = false;
    bool ack_owed_ = false;
    u8 duplicate_acks_owed_ = 0;  // to a peer without SACK: it counts them
    std::optional<u32> peer_fin_;
    Reassembly reassembly_;
};

}  // namespace kedge::net
