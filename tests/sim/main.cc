// Whole transfers through the real stack against a scripted peer, over loss, delay, windows and
// other faults, on a virtual clock. Prints a table; tests/sim/run compares it with what a person
// has reviewed. Every transfer must complete with the right bytes.
#include <cstdio>
#include <cstdlib>

#include "net/stack.h"
#include "sim/peer.h"

namespace kedge {

void assertion_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: %s\n", file, line, expression);
    std::abort();
}

}  // namespace kedge

namespace kedge::sim {
namespace {

constexpr u64 kSize = 8u << 20;
constexpr Duration kLimit = Duration::seconds(900);
/// The machine under test looks at its card this often, so frames come in batches.
constexpr Duration kPollInterval = Duration::us(50);

struct Client final : net::StreamSink {
    void on_connected() override { connected = true; }
    void on_data(const Parts& data) override {
        data.for_each([this](Bytes piece) {
            for (u8 byte : piece) wrong = wrong || byte != file_byte(received++);
        });
    }
    void on_closed(Error error) override {
        closed = true;
        why = error;
    }
    bool connected = false;
    bool closed = false;
    bool wrong = false;
    u64 received = 0;
    Error why = Error::none;
};

class Run {
  public:
    Run(Duration round_trip, const Faults& faults, const PeerOptions& options)
        : options_(options),
          peer_(options),
          up_(round_trip / 2, faults, 1),
          down_(round_trip / 2, faults, 2) {
        net::Ipv4Config config;
        config.address = net::Ipv4Address::of(10, 0, 0, 1);
        config.netmask = net::Ipv4Address::of(255, 255, 255, 0);
        stack_.add(interface_);
        interface_.configure(config);
    }

    /// Virtual seconds, or a negative number with a reason on stderr.
    double transfer() {
        stack_.poll(now_);
        auto connected = stack_.connect(Peer::kAddress, client_, now_);
        if (!connected.ok()) return fail("connect");
        stream_ = std::move(connected).value();
        const Instant start = now_;
        while (!client_.closed) {
            forward();
            const Instant ours =
                max(min(stack_.poll_at(), down_.next()), polled_at_ + kPollInterval);
            const Instant next = min(min(up_.next(), peer_.timer()), ours);
            if (next == Instant::never() || next - start > kLimit) return fail("stuck");
            now_ = max(now_, next);
            step();
        }
        if (client_.why != Error::none) return fail(describe(client_.why));
        if (client_.wrong || client_.received != options_.download) return fail("wrong bytes");
        if (!peer_.intact()) return fail("wrong upload");
        return static_cast<double>((now_ - start).us()) / 1e6;
    }
    const Peer& peer() const { return peer_; }
    net::Stack::Counters counters() const { return stack_.counters(); }

  private:
    double fail(const char* why) {
        std::fprintf(stderr, "failed: %s, %llu bytes down, %llu up\n", why,
                     static_cast<unsigned long long>(client_.received),
                     static_cast<unsigned long long>(peer_.received()));
        return -1;
    }
    void forward() {
        for (; !device_.sent.empty(); device_.sent.pop_front())
            up_.send(device_.sent.front(), now_);
        for (; !peer_.outgoing.empty(); peer_.outgoing.pop_front()) {
            down_.send(peer_.outgoing.front(), now_);
        }
    }
    void step() {
        Buffer frame;
        while (up_.receive(now_, frame)) peer_.on_frame(frame, now_);
        peer_.on_timer(now_);
        // What arrives while the machine is busy waits in the ring.
        if (now_ < polled_at_ + kPollInterval) return;
        while (down_.receive(now_, frame)) device_.incoming.push_back({frame, {}, {}, 0});
        polled_at_ = now_;
        stack_.poll(now_);
        write();
    }
    void write() {
        const u64 total = max<u64>(options_.upload, 1);
        if (!client_.connected || written_ == total) return;
        Buffer data(min<u64>(stream_->send_room(), total - written_));
        for (size_t i = 0; i < data.size(); ++i) data[i] = file_byte(written_ + i);
        if (!data.empty() && stream_->send(data).ok()) written_ += data.size();
    }

    PeerOptions options_;
    Instant now_ = Instant::from_us(1'000'000);
    Instant polled_at_;
    fakes::FakeEntropy entropy_;
    fakes::FakeNetDevice device_;
    net::Interface interface_{"net0", device_};
    net::Stack stack_{entropy_};
    Client client_;
    Peer peer_;
    Link up_;
    Link down_;
    u64 written_ = 0;
    Unique<net::Stream> stream_;
};

bool all_well = true;

void row(const char* what, const Faults& faults, int delay_ms, const PeerOptions& options) {
    Run run(Duration::ms(delay_ms), faults, options);
    const double seconds = run.transfer();
    const double megabytes = static_cast<double>(max(options.download, options.upload)) / 1e6;
    if (seconds < 0) {
        all_well = false;
        std::printf("%-22s %5.1f %5d %5u  FAILED\n", what, faults.loss * 100, delay_ms,
                    options.window >> 10);
        return;
    }
    std::printf("%-22s %5.1f %5d %5u %8.2f %8.2f %7llu %7llu\n", what, faults.loss * 100, delay_ms,
                options.window >> 10, seconds, megabytes / seconds,
                static_cast<unsigned long long>(options.upload != 0 ? run.counters().tcp_retransmits
                                                                    : run.peer().retransmits()),
                static_cast<unsigned long long>(run.peer().acks()));
}

void rows() {
    std::printf("%-22s %5s %5s %5s %8s %8s %7s %7s\n", "", "loss%", "ms", "KiB", "s", "MB/s",
                "repeats", "from us");
    for (double loss : {0.0, 0.001, 0.01, 0.05}) {
        for (int delay : {0, 1, 20, 100}) {
            for (u32 window : {64u << 10, 2u << 20}) {
                row("download", {loss}, delay, {kSize, 0, window});
            }
        }
    }
    for (double loss : {0.01, 0.05}) {
        for (int delay : {1, 20}) row("steady sender", {loss}, delay, {kSize, 0, 2u << 20, true});
    }
    row("no options", {0.001}, 20, {kSize, 0, 2u << 20, false, false});
    row("reordering", {0, 0, 0, 0.05}, 20, {kSize, 0, 2u << 20});
    row("duplication", {0, 0.05}, 20, {kSize, 0, 2u << 20});
    row("corruption", {0, 0, 0.01}, 20, {kSize, 0, 2u << 20});
    row("everything", {0.01, 0.01, 0.01, 0.01}, 20, {kSize, 0, 2u << 20});
    for (double loss : {0.0, 0.001, 0.01, 0.05}) {
        for (int delay : {0, 20}) row("upload", {loss}, delay, {0, kSize / 4, 1u << 20});
    }
    row("upload, small window", {0.01}, 1, {0, kSize / 4, 8u << 10});
    row("upload, everything", {0.01, 0.01, 0.01, 0.01}, 20, {0, kSize / 4, 1u << 20});
}

}  // namespace
}  // namespace kedge::sim

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    kedge::sim::rows();
    return kedge::sim::all_well ? 0 : 1;
}
