// Fragments: IPv4 reassembly, RFC 791 section 3.2 and RFC 1122 section 3.3.2, with hard limits.
//
// Fragments come from anybody. So there are few datagrams at a time, few fragments in each, and a
// datagram whose fragments overlap is lost as a whole (RFC 5722 gives the reasons; IPv4 has the
// same ones): which of two copies counts is a question that only attackers ask.
#pragma once

#include "base/parts.h"
#include "base/time.h"
#include "net/wire/ipv4.h"
#include "src/net/datagram_buffer.h"

namespace kedge::net {

class Fragments {
  public:
    static constexpr size_t kMaxDatagrams = 4;
    static constexpr size_t kMaxFragments = 64;  // 64 KiB in pieces of 1480 bytes are 45
    static constexpr Duration kTimeout = Duration::seconds(15);
    /// A link carries 68 bytes at least (RFC 791), so a first fragment is never shorter and no
    /// other begins earlier: transport headers stay in one piece (RFC 1858).
    static constexpr u16 kMinFirst = 48;

    /// Takes a fragment's payload. The payload of the whole datagram if this one completes it:
    /// valid until the next call of any member. What is malformed or beyond a limit is dropped.
    Bytes add(const wire::Ipv4Header& header, const Parts& payload, Instant now);
    /// Drops what has waited too long.
    void poll(Instant now);
    Instant poll_at() const;

  private:
    struct Range {
        u16 from;
        u16 size;
    };
    struct Datagram {
        Ipv4Address source;
        Ipv4Address destination;
        u16 identification = 0;
        u8 protocol = 0;
        Unique<DatagramBuffer> buffer;  // null in a slot in use: everything else of it is dropped
        std::array<Range, kMaxFragments> ranges;
        u8 range_count = 0;
        u32 received = 0;
        u32 total = 0;                        // zero until the last fragment is known
        Instant deadline = Instant::never();  // never: the slot is free
    };
    enum class Fit : u8 { fits, repeated, overlaps };

    Datagram& find(const wire::Ipv4Header& header, Instant now);
    static bool well_formed(const wire::Ipv4Header& header, size_t size);
    static Fit fit(const Datagram& datagram, u32 from, u32 to);
    static bool contradicts(const Datagram& datagram, bool last, u32 to);

    // All 64 KiB buffers are on the heap, and only while fragments are about.
    std::array<Datagram, kMaxDatagrams> datagrams_;
};

}  // namespace kedge::net
