#include "src/net/fragments.h"

namespace kedge::net {

bool Fragments::well_formed(const wire::Ipv4Header& header, size_t size) {
    if (size == 0 || header.fragment_offset + size > 65535 - wire::Ipv4Header::kSize) return false;
    if (header.more_fragments && size % 8 != 0) return false;
    return header.fragment_offset == 0 ? size >= kMinFirst : header.fragment_offset >= kMinFirst;
}

/// The slot of this datagram: its own, a free one, or that of the datagram which waits longest.
Fragments::Datagram& Fragments::find(const wire::Ipv4Header& header, Instant now) {
    Datagram* oldest = nullptr;
    Datagram* unused = nullptr;
    for (Datagram& datagram : datagrams_) {
        if (datagram.deadline == Instant::never()) {
            unused = &datagram;
            continue;
        }
        if (datagram.source == header.source && datagram.destination == header.destination &&
            datagram.identification == header.identification &&
            datagram.protocol == header.protocol) {
            return datagram;
        }
        if (oldest == nullptr || datagram.deadline < oldest->deadline) oldest = &datagram;
    }
    Datagram& slot = unused != nullptr ? *unused : *oldest;
    slot.source = header.source;
    slot.destination = header.destination;
    slot.identification = header.identification;
    slot.protocol = header.protocol;
    slot.buffer = DatagramBuffer::create();
    slot.range_count = 0;
    slot.received = slot.total = 0;
    slot.deadline = now + kTimeout;
    return slot;
}

Fragments::Fit Fragments::fit(const Datagram& datagram, u32 from, u32 to) {
    for (size_t i = 0; i < datagram.range_count; ++i) {
        const Range& range = datagram.ranges[i];
        const u32 range_end = u32{range.from} + range.size;
        if (from == range.from && to == range_end) return Fit::repeated;
        if (from < range_end && range.from < to) return Fit::overlaps;
    }
    return Fit::fits;
}

/// Two ends at different places, or something behind the end.
bool Fragments::contradicts(const Datagram& datagram, bool last, u32 to) {
    if (datagram.total != 0) return last ? to != datagram.total : to > datagram.total;
    if (!last) return false;
    for (size_t i = 0; i < datagram.range_count; ++i) {
        if (u32{datagram.ranges[i].from} + datagram.ranges[i].size > to) return true;
    }
    return false;
}

Bytes Fragments::add(const wire::Ipv4Header& header, const Parts& payload, Instant now) {
    poll(now);
    if (!well_formed(header, payload.size())) return {};
    Datagram& datagram = find(header, now);
    if (!datagram.buffer) return {};
    const u32 from = header.fragment_offset;
    const u32 to = from + static_cast<u32>(payload.size());
    const bool last = !header.more_fragments;
    const Fit how = fit(datagram, from, to);
    if (how == Fit::repeated) return {};  // networks do that; the first copy stands
    if (how == Fit::overlaps || contradicts(datagram, last, to) ||
        datagram.range_count == kMaxFragments) {
        // The slot stays until its time is over, so that the rest is dropped as well.
        datagram.buffer.reset();
        return {};
    }
    payload.copy_to(MutableBytes(datagram.buffer->bytes).subspan(from));
    datagram.ranges[datagram.range_count++] = {static_cast<u16>(from),
                                               static_cast<u16>(payload.size())};
    datagram.received += static_cast<u32>(payload.size());
    if (last) datagram.total = to;
    if (datagram.total == 0 || datagram.received != datagram.total) return {};
    datagram.deadline = {};  // done: the next call frees it
    return Bytes(datagram.buffer->bytes).first(datagram.total);
}

void Fragments::poll(Instant now) {
    for (Datagram& datagram : datagrams_) {
        if (now < datagram.deadline) continue;
        datagram.buffer.reset();
        datagram.deadline = Instant::never();
    }
}

Instant Fragments::poll_at() const {
    Instant earliest = Instant::never();
    for (const Datagram& datagram : datagrams_) earliest = min(earliest, datagram.deadline);
    return earliest;
}

}  // namespace kedge::net
