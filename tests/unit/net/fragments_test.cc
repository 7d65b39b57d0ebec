// IPv4 reassembly: what arrives whole, and what is dropped.
#include <algorithm>
#include <random>

#include "unit/net/stack_fixture.h"

using namespace kedge;
using namespace kedge::net;
using fakes::Buffer;
using tests::StackFixture;

namespace {

struct Collected final : DatagramSink {
    void on_datagram(Endpoint, Ipv4Address, const Parts& payload, Instant) override {
        Buffer data(payload.size());
        payload.copy_to(data);
        got.push_back(data);
    }
    std::vector<Buffer> got;
};

Buffer pattern(size_t size) {
    Buffer data(size);
    for (size_t i = 0; i < size; ++i) data[i] = static_cast<u8>(i * 7 + i / 251);
    return data;
}

class FragmentFixture : public StackFixture {
  public:
    FragmentFixture() { REQUIRE(socket.bind(1000).ok()); }

    static Buffer datagram(const Buffer& payload) {
        return fakes::udp({kPeer, 1}, {kLocal, 1000}, payload);
    }
    void fragment(u16 id, const Buffer& whole, size_t from, size_t size) {
        piece(id,
              Buffer(whole.begin() + static_cast<long>(from),
                     whole.begin() + static_cast<long>(from + size)),
              from, from + size < whole.size());
    }
    void piece(u16 id, const Buffer& bytes, size_t from, bool more) {
        Buffer packet(wire::Ipv4Header::kSize);
        wire::Ipv4Header header;
        header.total_length = static_cast<u16>(packet.size() + bytes.size());
        header.identification = id;
        header.fragment_offset = static_cast<u16>(from);
        header.more_fragments = more;
        header.protocol = wire::kProtocolUdp;
        header.source = kPeer;
        header.destination = kLocal;
        Writer writer(packet);
        header.emit(writer);
        packet.insert(packet.end(), bytes.begin(), bytes.end());
        receive_raw_ip(packet);
        poll();
    }

    Collected sink;
    UdpSocket socket{stack, sink};
};

}  // namespace

TEST_CASE_METHOD(FragmentFixture, "fragments in any order make one datagram of up to 64 KiB") {
    for (size_t size : {100u, 3000u, 40'000u, 65'507u}) {
        const Buffer payload = pattern(size);
        const Buffer whole = datagram(payload);
        std::vector<size_t> order;
        for (size_t at = 0; at < whole.size(); at += 1480) order.push_back(at);
        if (order.size() == 1) order = {0};
        std::mt19937 random(static_cast<unsigned>(size));
        for (int i = 0; i < 5; ++i) {
            std::shuffle(order.begin(), order.end(), random);
            sink.got.clear();
            for (size_t at : order) {
                fragment(static_cast<u16>(i), whole, at, min(size_t{1480}, whole.size() - at));
            }
            REQUIRE(sink.got.size() == 1);
            CHECK(sink.got[0] == payload);
        }
    }
    CHECK(stack.poll_at() == Instant::never());  // nothing is kept
}

TEST_CASE_METHOD(FragmentFixture, "a repeated fragment is harmless, an overlapping one is not") {
    const Buffer whole = datagram(pattern(3000));
    fragment(1, whole, 0, 1480);
    fragment(1, whole, 0, 1480);
    fragment(1, whole, 1480, 1480);
    fragment(1, whole, 2960, whole.size() - 2960);
    CHECK(sink.got.size() == 1);

    fragment(2, whole, 0, 1480);
    fragment(2, whole, 1472, 16);  // the datagram is lost as a whole
    fragment(2, whole, 1480, 1480);
    fragment(2, whole, 2960, whole.size() - 2960);
    fragment(2, whole, 0, 1480);
    CHECK(sink.got.size() == 1);
    advance(Duration::seconds(15));  // then its number is free again
    fragment(2, whole, 0, 1480);
    fragment(2, whole, 1480, whole.size() - 1480);
    CHECK(sink.got.size() == 2);
}

TEST_CASE_METHOD(FragmentFixture, "tiny, misfitting and endless fragments are dropped") {
    const Buffer whole = datagram(pattern(3000));
    fragment(1, whole, 0, 40);  // shorter than any link makes the first
    fragment(1, whole, 40, whole.size() - 40);
    piece(2, pattern(100), 0, true);      // not a multiple of eight
    piece(3, Buffer(800), 65'000, true);  // beyond 65535
    fragment(4, whole, 0, 1480);
    fragment(4, whole, 1480, whole.size() - 1480 - 8);
    piece(4, Buffer(8), 2000, false);  // an end before what is there
    piece(5, Buffer(800), 0, false);
    piece(6, Buffer(), 800, false);
    CHECK(sink.got.empty());
    // Endless: more pieces than any datagram needs.
    for (size_t at = 0; at < 65 * 48; at += 48) piece(7, Buffer(48), at, true);
    piece(7, Buffer(8), 65 * 48, false);
    CHECK(sink.got.empty());
}

TEST_CASE_METHOD(FragmentFixture, "few at a time: the oldest goes, and all of them time out") {
    const Buffer whole = datagram(pattern(3000));
    for (u16 id = 0; id < 5; ++id) {
        fragment(id, whole, 0, 1480);
        advance(Duration::ms(1));
    }
    for (u16 id : {1, 2, 3, 4, 0}) fragment(id, whole, 1480, whole.size() - 1480);
    CHECK(sink.got.size() == 4);  // the first had to make room; its rest waits alone
    CHECK(stack.poll_at() == now + Duration::seconds(15));
    advance(Duration::seconds(15));
    poll();
    CHECK(stack.poll_at() == Instant::never());
}

TEST_CASE_METHOD(FragmentFixture, "the checksum of the whole is verified") {
    Buffer whole = datagram(pattern(3000));
    whole[6] = 0x12;  // a checksum that is not right
    fragment(1, whole, 0, 1480);
    fragment(1, whole, 1480, whole.size() - 1480);
    CHECK(sink.got.empty());
    CHECK(stack.counters().dropped == 1);
}
