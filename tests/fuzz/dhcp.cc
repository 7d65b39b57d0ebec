// Everything that reads a DHCP message: the wire parser, PXE's sub-options, the settings, and the
// client's conversation with a server that answers with this.
#include <cstddef>
#include <cstdint>

#include "fakes/transport.h"
#include "net/wire/pxe.h"
#include "proto/dhcp.h"
#include "src/boot/setting_sources.h"

using namespace kedge;
using namespace kedge::net::wire;

namespace {

const net::MacAddress kMac{{0x52, 0x54, 0, 0x12, 0x34, 0x56}};
const net::Ipv4Address kServer = net::Ipv4Address::of(10, 0, 0, 1);

void parse(Bytes data) {
    const Result<DhcpMessage> message = DhcpMessage::parse(data);
    if (!message.ok()) return;
    std::array<u8, kDhcpJoinedSize> scratch;
    size_t total = 0;
    message->for_each_option([&](u8 code, Bytes value) {
        total += value.size();
        const size_t joined = message->joined(code, scratch)->size();
        if (joined > message->option_size(code)) __builtin_trap();
    });
    if (total > data.size()) __builtin_trap();

    const PxeOptions options(*message, scratch);
    PxeMenuReader menu(options.menu());
    PxeServerReader servers(options.boot_servers());
    u16 type = 0;
    StrView text;
    Bytes addresses;
    size_t rounds = 0;
    while (menu.next(type, text)) rounds += 3 + text.size();
    while (servers.next(type, addresses)) rounds += 3 + addresses.size();
    if (rounds > data.size()) __builtin_trap();
    IGNORE_RESULT(options.prompt());
    IGNORE_RESULT(options.boot_item());
}

void read_settings(Bytes data) {
    boot::DhcpSettings source;
    if (!source.assign(data).ok()) return;
    boot::SettingValue value;
    for (const char* name : {"ip", "filename", "66", "43.9", "175.189", "119", "dns", "209", "1"}) {
        const boot::SettingKey key = boot::SettingKey::of(name);
        if (!source.fetch(key, value).ok()) continue;
        String out;
        IGNORE_RESULT(boot::print_setting(key.type.value_or(value.type), value.bytes.span(), out));
    }
}

/// The data with the fixed fields of an answer to the question sent last, so that it gets further
/// than the first check.
std::string answer_to(const std::string& question, Bytes data) {
    std::string out = fakes::as_text(data);
    if (out.size() < 240) out.resize(240);
    out[0] = 2;
    out.replace(1, 2, "\x01\x06");
    if (question.size() >= 8) out.replace(4, 4, question.substr(4, 4));
    out.replace(28, 6, fakes::as_text(Bytes(kMac.bytes)));
    out.replace(236, 4, "\x63\x82\x53\x63");
    return out;
}

/// The messages are `data` cut at each 0xfe 0xfe.
void converse(Bytes data) {
    fakes::DatagramPort port;
    proto::DhcpExchange exchange(port, {});
    proto::PxeExchange boot_server(port, {});
    Instant now = Instant::from_us(0);
    exchange.start({"net0", kMac, 1500, false}, 7, now);
    proto::PxeExchange::Question question{.name = "net0", .mac = kMac, .item = 1};
    question.add({kServer, 4011});
    boot_server.ask(question, 9, now);
    std::string pxe_question = port.sent.back().payload;
    std::string asked = port.sent.front().payload;
    for (unsigned round = 0; round < 16 && !data.empty(); ++round) {
        size_t end = 0;
        while (end < data.size() &&
               !(data[end] == 0xfe && end + 1 < data.size() && data[end + 1] == 0xfe)) {
            ++end;
        }
        const Bytes message = data.first(end);
        data = data.subspan(min(end + 2, data.size()));
        exchange.on_datagram({kServer, 67}, Parts(fakes::as_bytes(answer_to(asked, message))), now);
        boot_server.on_datagram({kServer, 4011},
                                Parts(fakes::as_bytes(answer_to(pxe_question, message))), now);
        exchange.poll(now);
        exchange.take_better_offer(now);
        now = now + Duration::ms(300);
        exchange.poll(now);
        boot_server.poll(now);
        for (const auto& sent : port.sent) {
            if (sent.to.port == 67) asked = sent.payload;
        }
        if (port.sent.size() > 64) __builtin_trap();  // nobody can make us flood the wire
    }
    for (int i = 0; i < 40; ++i) exchange.poll(now = now + Duration::seconds(1));
    exchange.give_up(true, now);
    const bool ended = exchange.state() == proto::DhcpExchange::State::bound ||
                       exchange.state() == proto::DhcpExchange::State::failed;
    if (!ended) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0 || size > 4096) return 0;
    const Bytes bytes(data + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            parse(bytes);
            break;
        case 1:
            read_settings(bytes);
            break;
        default:
            converse(bytes);
    }
    return 0;
}
