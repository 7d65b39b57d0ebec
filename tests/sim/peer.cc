#include "sim/peer.h"

#include <algorithm>

namespace kedge::sim {

using namespace net;
using wire::seq_at_most;
using wire::seq_less;

namespace {
constexpr u8 kScale = 7;
constexpr Duration kMinRto = Duration::ms(200);
}  // namespace

void Peer::on_frame(const Buffer& frame, Instant now) {
    const auto ethernet = wire::EthernetHeader::parse(frame);
    if (!ethernet) return;
    client_mac_ = ethernet->source;
    if (ethernet->type == wire::kEtherTypeArp) {
        on_arp(frame);
        return;
    }
    const Bytes packet = Bytes(frame).subspan(wire::EthernetHeader::kSize);
    const auto ip = wire::Ipv4Header::parse(packet, packet.size());
    if (!ip || ip->protocol != wire::kProtocolTcp || ip->destination != kAddress.address) return;
    const Bytes bytes =
        packet.subspan(ip->header_size, static_cast<size_t>(ip->total_length - ip->header_size));
    wire::InternetChecksum sum;
    sum.add_pseudo_header(ip->source, ip->destination, wire::kProtocolTcp, bytes.size());
    sum.add(bytes);
    const auto header = Header::parse(bytes);
    if (!header || sum.value() != 0 || header->destination_port != kAddress.port) return;
    if (!open_) client_ = {ip->source, header->source_port};
    on_segment(*header, bytes.subspan(header->header_size), now);
}

void Peer::on_arp(const Buffer& frame) {
    const auto arp = wire::ArpPacket::parse(Bytes(frame).subspan(wire::EthernetHeader::kSize));
    if (!arp || arp->operation != wire::ArpPacket::kRequest || arp->target != kAddress.address) {
        return;
    }
    Buffer reply(wire::ArpPacket::kSize);
    Writer writer(reply);
    wire::ArpPacket{wire::ArpPacket::kReply, kMac, kAddress.address, arp->sender_mac, arp->sender}
        .emit(writer);
    outgoing.push_back(fakes::ethernet(arp->sender_mac, kMac, wire::kEtherTypeArp, reply));
}

void Peer::accept(const Header& header) {
    open_ = true;
    rcv_nxt_ = header.seq + 1;
    client_scale_ = header.window_scale.value_or(0);
    mss_ = header.mss.value_or(536);
    ts_recent_ = header.timestamp;
    if (options_.options) mss_ -= Header::kTimestampsSize;
    for (u64 at = 0; at < options_.download; at += mss_) {
        const u64 size = std::min<u64>(mss_, options_.download - at);
        segments_.push_back({at, static_cast<u32>(size)});
    }
}

void Peer::on_segment(const Header& header, Bytes payload, Instant now) {
    if (header.rst) return;
    if (header.syn) {
        if (!open_) accept(header);
        Header answer;
        answer.syn = true;
        answer.seq = iss_;
        answer.mss = 1460;
        answer.window_scale = kScale;
        answer.sack_permitted = options_.options;
        send(answer, {}, now);
        return;
    }
    if (!open_) return;
    ++acks_;
    if (options_.options && seq_at_most(header.seq, rcv_nxt_) &&
        seq_at_most(ts_recent_, header.timestamp)) {
        ts_recent_ = header.timestamp;
    }
    client_window_ = static_cast<u32>(header.window) << client_scale_;
    if (header.has_ack) on_ack(header, now);
    if (!payload.empty() || header.fin) {
        take(header, payload);
        send({}, {}, now);
    }
    if (fin_sent_ && header.has_ack && header.ack == fin_seq_ + 1) finished_ = true;
    send_allowed(now);
}

void Peer::take(const Header& header, Bytes payload) {
    held_[header.seq] = Buffer(payload.begin(), payload.end());
    while (!held_.empty()) {
        const auto [seq, data] = *held_.begin();
        // The map's order wraps with the numbers; a run of this length is near one of its ends.
        auto chosen = held_.end();
        for (auto at = held_.begin(); at != held_.end(); ++at) {
            if (seq_at_most(at->first, rcv_nxt_)) chosen = at;
            if (held_.size() > 64 && chosen != held_.end()) break;
        }
        if (chosen == held_.end()) break;
        const u32 skip = rcv_nxt_ - chosen->first;
        if (skip < chosen->second.size()) {
            received_.insert(received_.end(), chosen->second.begin() + skip, chosen->second.end());
            rcv_nxt_ += static_cast<u32>(chosen->second.size()) - skip;
        }
        held_.erase(chosen);
    }
    if (header.fin && header.seq + payload.size() == rcv_nxt_) ++rcv_nxt_;
    if (received_.size() >= max<u64>(options_.upload, 1)) sending_ = true;
}

bool Peer::intact() const {
    for (size_t i = 0; i < options_.upload; ++i) {
        if (i >= received_.size() || received_[i] != file_byte(i)) return false;
    }
    return true;
}

void Peer::mark_sacked(const Header& header) {
    for (u8 i = 0; i < header.sack_count; ++i) {
        const u64 left = offset_of(header.sack[i].left);
        const u64 right = offset_of(header.sack[i].right);
        for (size_t at = static_cast<size_t>(left / mss_); at < next_; ++at) {
            Segment& segment = segments_[at];
            if (segment.offset + segment.size > right) break;
            if (segment.offset >= left) segment.sacked = true;
        }
    }
}

void Peer::lose(size_t at) {
    segments_[at].lost = true;
    if (at < recover_) return;
    recover_ = next_;
    if (!options_.steady) ssthresh_ = cwnd_ = std::max(cwnd_ / 2, 2.0);
}

/// RFC 6675: three segments above it have arrived. What was repeated once waits for the timer.
void Peer::mark_lost() {
    size_t above = 0;
    for (size_t at = next_; at-- > first_;) {
        Segment& segment = segments_[at];
        if (segment.sacked) {
            ++above;
        } else if (above >= 3 && segment.times_sent == 1 && !segment.lost) {
            lose(at);
        }
    }
}

/// RFC 6582, towards a receiver without SACK.
void Peer::on_duplicate(bool duplicate, bool progress) {
    if (first_ == next_) return;
    duplicates_ = duplicate ? duplicates_ + 1 : progress ? 0 : duplicates_;
    const bool partial = progress && first_ < recover_;
    if ((duplicates_ == 3 || partial) && segments_[first_].times_sent == 1) lose(first_);
}

void Peer::on_ack(const Header& header, Instant now) {
    const u64 acknowledged = offset_of(header.ack);
    if (acknowledged > options_.download + 1) return;
    size_t count = 0;
    while (first_ < next_ && segments_[first_].offset + segments_[first_].size <= acknowledged) {
        ++first_;
        ++count;
    }
    if (count > 0) {
        if (options_.options) {
            const double sample =
                static_cast<double>(static_cast<u32>(now.ms()) - header.timestamp_echo);
            rttvar_ = srtt_ == 0 ? sample / 2 : rttvar_ * 0.75 + std::abs(srtt_ - sample) / 4;
            srtt_ = srtt_ == 0 ? sample : srtt_ * 0.875 + sample / 8;
            rto_ = max(kMinRto, Duration::ms(static_cast<i64>(srtt_ + 4 * rttvar_)));
        }
        if (first_ >= recover_) {
            cwnd_ +=
                cwnd_ < ssthresh_ ? static_cast<double>(count) : static_cast<double>(count) / cwnd_;
        }
        retransmit_at_ = first_ < next_ || fin_sent_ ? now + rto_ : Instant::never();
    }
    if (options_.options) {
        mark_sacked(header);
        mark_lost();
    } else {
        on_duplicate(count == 0, count > 0);
    }
}

void Peer::send_allowed(Instant now) {
    if (!sending_ || finished_) return;
    const u32 window = min(options_.window, client_window_);
    const double limit = options_.steady ? 1e9 : cwnd_;
    double pipe = options_.options ? 0 : -duplicates_;  // each tells of one that has arrived
    for (size_t at = first_; at < next_; ++at) {
        if (!segments_[at].sacked && !segments_[at].lost) pipe += 1;
    }
    for (size_t at = first_; at < next_ && pipe < limit; ++at) {
        if (!segments_[at].lost) continue;
        send_segment(segments_[at], now);
        ++retransmits_;
        pipe += 1;
    }
    while (!all_sent() && pipe < limit) {
        Segment& segment = segments_[next_];
        if (segment.offset + segment.size -
                (first_ < next_ ? segments_[first_].offset : segment.offset) >
            window) {
            break;
        }
        ++next_;
        send_segment(segment, now);
        pipe += 1;
    }
    if (all_sent() && !fin_sent_) {
        fin_sent_ = true;
        fin_seq_ = iss_ + 1 + static_cast<u32>(options_.download);
        Header fin;
        fin.fin = true;
        fin.seq = fin_seq_;
        send(fin, {}, now);
    }
    if (retransmit_at_ == Instant::never()) retransmit_at_ = now + rto_;
}

void Peer::on_timer(Instant now) {
    if (now < retransmit_at_ || finished_) return;
    rto_ = min(rto_ * 2, Duration::seconds(10));
    retransmit_at_ = now + rto_;
    for (size_t at = first_; at < next_; ++at) segments_[at].lost = !segments_[at].sacked;
    ssthresh_ = std::max(cwnd_ / 2, 2.0);
    cwnd_ = 1;
    recover_ = next_;
    if (first_ == next_ && fin_sent_) fin_sent_ = false;
    send_allowed(now);
}

void Peer::send_segment(Segment& segment, Instant now) {
    segment.lost = false;
    ++segment.times_sent;
    Header header;
    header.seq = iss_ + 1 + static_cast<u32>(segment.offset);
    Buffer payload(segment.size);
    for (u32 i = 0; i < segment.size; ++i) payload[i] = file_byte(segment.offset + i);
    send(header, payload, now);
}

void Peer::send(Header header, const Buffer& payload, Instant now) {
    if (!header.syn && !header.fin && payload.empty()) {
        header.seq = iss_ + 1;
        if (next_ > 0) {
            header.seq += static_cast<u32>(segments_[next_ - 1].offset + segments_[next_ - 1].size);
        }
        if (fin_sent_) header.seq = fin_seq_ + 1;
    }
    header.has_ack = true;
    header.ack = rcv_nxt_;
    const u32 window = options_.upload != 0 ? options_.window : u32{64 << 10};
    header.window = static_cast<u16>(header.syn ? 0xffff : window >> kScale);
    if (options_.options) {
        header.has_timestamps = true;
        header.timestamp = static_cast<u32>(now.ms());
        header.timestamp_echo = ts_recent_;
    }
    const Buffer segment = fakes::tcp(kAddress, client_, header, payload);
    outgoing.push_back(fakes::ethernet(
        client_mac_, kMac, wire::kEtherTypeIpv4,
        fakes::ipv4(kAddress.address, client_.address, wire::kProtocolTcp, segment)));
}

}  // namespace kedge::sim
