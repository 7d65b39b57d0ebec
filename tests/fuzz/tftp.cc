// A TFTP transfer whose server does what the input says. Bytes that arrive in order are the file.
#include "proto/tftp.h"
#include "fakes/body_sink.h"
#include "fuzz/script.h"

using namespace kedge;

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
    fuzz::Script script(data, size);
    fakes::DatagramPort port;
    fakes::BodySink sink;
    sink.largest = 1 << 20;
    proto::TftpTransfer transfer(port, sink);
    const net::Ipv4Address server = net::Ipv4Address::of(10, 0, 0, 1);
    const u16 mtu = static_cast<u16>(script.number() * 40);
    Instant now;
    if (!transfer.start({{server, 69}, "file", "tftp://10.0.0.1/file", mtu}, now).ok()) return 0;
    u16 block = 0;
    for (int step = 0; step < 5000 && !script.over(); ++step) {
        transfer.poll(now);
        const u8 what = script.number();
        const u16 tid = 1000 + what / 128;
        const auto receive = [&](const std::string& packet) {
            transfer.on_datagram({server, tid}, {}, Parts(fakes::as_bytes(packet)), now);
        };
        switch (what % 6) {
            case 0:
                receive(script.text());
                break;
            case 1:
                receive(std::string("\0\6", 2) + script.text());
                break;
            case 2: {  // the next block, or one near it
                block = static_cast<u16>(block + static_cast<i8>(script.number()));
                const std::string number{static_cast<char>(block >> 8), static_cast<char>(block)};
                receive(std::string("\0\3", 2) + number + script.text());
                break;
            }
            case 3:
                now = now + Duration::ms(script.number() * 10);
                break;
            case 4:
                receive(std::string("\0\5\0", 3) + static_cast<char>(script.number()) +
                        script.text());
                break;
            case 5:
                port.failure = script.number() % 4 == 0 ? Error::busy : Error::none;
                break;
        }
        port.sent.clear();
    }
    port.failure = Error::none;
    for (int wait = 0; wait < 1000; ++wait) {
        now = now + Duration::ms(500);
        transfer.poll(now);
        port.sent.clear();
    }
    if (transfer.state() == proto::Transfer::State::running) __builtin_trap();
    const bool done = transfer.state() == proto::Transfer::State::done;
    if (done && sink.size && *sink.size > sink.body.size()) __builtin_trap();
    if (sink.size_calls > 1 || sink.size_after_data) __builtin_trap();
    return 0;
}
