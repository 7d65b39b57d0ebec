// A lookup whose servers do what the input says: the first step is the name and the search list,
// the others are answers over UDP and TCP, and time that passes.
#include "proto/dns.h"
#include "fakes/net.h"
#include "fakes/transport.h"
#include "fuzz/script.h"

using namespace kedge;

namespace {

class Port final : public proto::DnsPort {
  public:
    u16 local_port() const override { return 50000; }
    Result<void> renew() override { return {}; }
    Result<void> send_to(net::Endpoint to, Bytes payload) override {
        query = fakes::as_text(payload);
        server = to;
        return {};
    }
    std::string query;
    net::Endpoint server;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
    fuzz::Script script(data, size);
    Port port;
    fakes::Connector connector;
    fakes::FakeEntropy entropy;
    proto::DnsCache cache;
    proto::DnsExchange lookup(port, connector, entropy, cache);
    proto::DnsConfig config;
    config.servers = {net::Ipv4Address::of(10, 0, 0, 1), net::Ipv4Address::of(10, 0, 0, 2)};
    config.server_count = 2;
    const std::string host = script.text();
    const std::string search = script.text();
    if (!config.search.assign({search.data(), search.size()}).ok()) return 0;
    Instant now;
    if (!lookup.start({host.data(), host.size()}, std::move(config), now).ok()) return 0;
    for (int step = 0; step < 1000 && !script.over(); ++step) {
        lookup.poll(now);
        auto* const stream = connector.connections.empty() ? nullptr : &connector.last();
        const bool open = stream != nullptr && stream->sink != nullptr && !stream->ended;
        switch (script.number() % 6) {
            case 0: {  // as it is
                const std::string message = script.text();
                lookup.on_datagram(port.server, {}, Parts(fakes::as_bytes(message)), now);
                break;
            }
            case 1: {  // to our question, with flags and counts and records of the input
                std::string message = script.text();
                if (message.size() < 8 || port.query.size() < 12) break;
                message = port.query.substr(0, 2) + message.substr(0, 2) + std::string("\0\1", 2) +
                          message.substr(2, 6) + port.query.substr(12) + message.substr(8);
                lookup.on_datagram(port.server, {}, Parts(fakes::as_bytes(message)), now);
                break;
            }
            case 2:
                now = now + Duration::ms(script.number() * 20);
                break;
            case 3:
                if (open && !stream->connected) stream->accept();
                break;
            case 4: {
                const std::string bytes = script.text();
                if (open && stream->connected) stream->receive(bytes);
                break;
            }
            case 5:
                if (open) stream->end(Error::connection_reset);
                break;
        }
    }
    lookup.poll(now);
    // Whatever was said: with silence it ends.
    for (int wait = 0; wait < 1000 && lookup.state() == proto::Lookup::State::running; ++wait) {
        now = now + Duration::ms(500);
        lookup.poll(now);
    }
    if (lookup.state() == proto::Lookup::State::running) __builtin_trap();
    if (lookup.state() == proto::Lookup::State::done && lookup.addresses().empty()) {
        __builtin_trap();
    }
    return 0;
}
