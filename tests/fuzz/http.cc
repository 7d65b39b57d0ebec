// The HTTP client against a server that says and does anything.
#include <cstdint>
#include <cstdlib>

#include "fakes/body_sink.h"
#include "fakes/net.h"
#include "proto/http.h"

namespace {

using namespace kedge;
using State = proto::Transfer::State;

void require(bool condition) {
    if (!condition) std::abort();
}

/// Takes the input apart: each step is a byte that says what happens, some with more behind it.
class Script {
  public:
    explicit Script(Bytes bytes) : rest_(bytes) {}
    bool over() const { return rest_.empty(); }
    u8 byte() {
        if (rest_.empty()) return 0;
        const u8 first = rest_[0];
        rest_ = rest_.subspan(1);
        return first;
    }
    /// Up to the next zero byte.
    std::string text() {
        std::string out;
        while (!rest_.empty()) {
            const u8 next = byte();
            if (next == 0) break;
            out.push_back(static_cast<char>(next));
        }
        return out;
    }

  private:
    Bytes rest_;
};

void play(Script& script, fakes::Connector& connector, u8 step) {
    fakes::Connector::Connection& server = connector.last();
    if (server.sink == nullptr || server.ended) return;
    if (!server.connected && step != 1) server.accept();
    if (step <= 1) return server.end(step == 0 ? Error::none : Error::connection_reset);
    server.receive(script.text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Script script({data, size});
    fakes::Connector connector;
    proto::AddressResolver resolver;
    fakes::FakeEntropy entropy;
    proto::HttpClient client(connector, resolver, entropy);
    fakes::BodySink sink;
    const proto::Uri uri = *proto::Uri::parse("http://me:secret@10.0.0.1/k");
    const proto::Uri mirrors[] = {*proto::Uri::parse("http://10.0.0.2/k")};
    proto::RequestExtras extras;
    const u8 kind = script.byte();
    if ((kind & 1) != 0) extras.mirrors = mirrors;
    extras.has_form = (kind & 2) != 0;
    if ((kind & 4) != 0) extras.method = "HEAD";
    const Unique<proto::Transfer> transfer = *client.get(uri, extras, sink, Instant::from_us(0));
    Instant now = Instant::from_us(0);
    while (!script.over() && transfer->state() == State::running) {
        play(script, connector, script.byte() % 8);
        now = now + Duration::ms(script.byte() * 100);
        transfer->poll(now);
        client.poll(now);
        require(!sink.size_after_data && sink.size_calls <= 1);
    }
    // Left alone it comes to an end.
    for (int i = 0; i < 200 && transfer->state() == State::running; ++i) {
        now = now + Duration::seconds(10);
        transfer->poll(now);
    }
    require(transfer->state() != State::running);
    if (transfer->state() == State::done && sink.size) require(sink.body.size() == *sink.size);
    return 0;
}
