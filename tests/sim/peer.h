// The scripted other end: a plain and correct TCP that sends or receives one file. It is written
// apart from the stack under test, so that both do not share a misunderstanding.
#pragma once

#include <map>
#include <vector>

#include "sim/network.h"

namespace kedge::sim {

/// Byte `at` of the file that is transferred.
inline u8 file_byte(u64 at) { return static_cast<u8>((at * 0x9e3779b97f4a7c15u) >> 56); }

struct PeerOptions {
    u64 download = 0;     // bytes to send once a request has arrived
    u64 upload = 0;       // bytes to receive, then the peer ends
    u32 window = 0;       // most in flight, or most we may send to it
    bool steady = false;  // sends a whole window whatever is lost, as rate-based senders do
    bool options = true;  // SACK and timestamps
};

class Peer {
  public:
    static constexpr net::Endpoint kAddress{net::Ipv4Address::of(10, 0, 0, 2), 80};
    static constexpr net::MacAddress kMac{{0x52, 0x54, 0, 0, 0, 2}};

    explicit Peer(const PeerOptions& options) : options_(options) {}

    void on_frame(const Buffer& frame, Instant now);
    void on_timer(Instant now);
    Instant timer() const { return retransmit_at_; }

    bool finished() const { return finished_; }
    u64 received() const { return received_.size(); }
    bool intact() const;
    u64 retransmits() const { return retransmits_; }
    u64 acks() const { return acks_; }

    std::deque<Buffer> outgoing;

  private:
    using Header = net::wire::TcpHeader;
    struct Segment {
        u64 offset;
        u32 size;
        bool sacked = false;
        bool lost = false;  // and not sent again since
        u32 times_sent = 0;
    };

    void on_arp(const Buffer& frame);
    void on_segment(const Header& header, Bytes payload, Instant now);
    void accept(const Header& header);
    void on_ack(const Header& header, Instant now);
    void mark_sacked(const Header& header);
    void mark_lost();
    void on_duplicate(bool duplicate, bool progress);
    void lose(size_t at);
    void take(const Header& header, Bytes payload);
    void send_allowed(Instant now);
    void send_segment(Segment& segment, Instant now);
    void send(Header header, const Buffer& payload, Instant now);
    u64 offset_of(u32 seq) const { return static_cast<u32>(seq - iss_ - 1); }
    bool all_sent() const { return next_ == segments_.size(); }

    PeerOptions options_;
    net::MacAddress client_mac_;
    net::Endpoint client_;
    bool open_ = false;
    bool finished_ = false;
    bool sending_ = false;
    u32 iss_ = 0xfff00000;  // wraps on the way
    u32 rcv_nxt_ = 0;
    u32 ts_recent_ = 0;
    u8 client_scale_ = 0;
    u32 client_window_ = 0;
    u32 mss_ = 1460;

    std::vector<Segment> segments_;
    size_t first_ = 0;  // unacknowledged
    size_t next_ = 0;   // never sent
    double cwnd_ = 10;  // segments
    double ssthresh_ = 1e9;
    size_t recover_ = 0;  // segments below were sent when the last loss was noticed
    Instant retransmit_at_ = Instant::never();
    Duration rto_ = Duration::seconds(1);
    double srtt_ = 0;
    double rttvar_ = 0;
    int duplicates_ = 0;
    u64 retransmits_ = 0;
    u64 acks_ = 0;
    bool fin_sent_ = false;
    u32 fin_seq_ = 0;

    std::map<u32, Buffer> held_;
    Buffer received_;
};

}  // namespace kedge::sim
