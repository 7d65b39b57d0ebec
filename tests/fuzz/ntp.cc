// A time server that does what the input says.
#include "proto/ntp.h"
#include "fakes/net.h"
#include "fakes/transport.h"
#include "fuzz/script.h"

using namespace kedge;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
    fuzz::Script script(data, size);
    fakes::DatagramPort port;
    fakes::FakeEntropy entropy;
    proto::NtpExchange exchange(port, entropy);
    const net::Ipv4Address servers[] = {net::Ipv4Address::of(10, 0, 0, 1),
                                        net::Ipv4Address::of(10, 0, 0, 2)};
    Instant now;
    exchange.start("time", std::span(servers).first(1 + script.number() % 2), now);
    for (int step = 0; step < 200 && !script.over(); ++step) {
        exchange.poll(now);
        const u8 what = script.number();
        std::string packet = what % 2 == 0 ? script.text() : std::string();
        if (what % 4 == 2 && packet.size() >= 32 && !port.sent.empty()) {
            packet.replace(24, 8, port.sent.back().payload.substr(40, 8));
        }
        if (what % 2 == 0) {
            exchange.on_datagram({servers[what / 4 % 2], 123}, {}, Parts(fakes::as_bytes(packet)),
                                 now);
        }
        now = now + Duration::ms(what);
    }
    for (int wait = 0; wait < 100; ++wait) {
        now = now + Duration::ms(500);
        exchange.poll(now);
    }
    if (exchange.state() == proto::NtpExchange::State::running) __builtin_trap();
    return 0;
}
