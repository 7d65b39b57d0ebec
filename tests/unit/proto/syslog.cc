// Console lines on their way to a log server.
#include "proto/syslog.h"

#include <catch2/catch.hpp>
#include <ostream>

#include "fakes/transport.h"

using namespace kedge;

namespace {

const net::Ipv4Address kServer = net::Ipv4Address::of(10, 0, 0, 1);

struct Log {
    fakes::DatagramPort port;
    proto::SyslogSender sender{port};
    i64 ms = 0;

    Log() { sender.set_server(kServer); }
    void put(const std::string& text) { sender.put({text.data(), text.size()}); }
    void poll() { sender.poll(Instant::from_us(++ms * 1000)); }
    std::vector<std::string> lines() {
        for (int i = 0; i < 1000; ++i) poll();
        std::vector<std::string> all;
        while (!port.sent.empty()) {
            const auto datagram = port.take();
            CHECK(datagram.to == net::Endpoint{kServer, 514});
            all.push_back(datagram.payload);
        }
        return all;
    }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("syslog: lines") {
    Log log;
    log.put("one\ntw");
    log.put("o\r\n\n  \nthree");
    CHECK(log.lines() == Lines{"<14>ipxe[kedge]: one", "<14>ipxe[kedge]: two"});
    log.put("\n");
    CHECK(log.lines() == Lines{"<14>ipxe[kedge]: three"});
}

TEST_CASE("syslog: host names") {
    Log log;
    log.sender.set_host_name("node 7\n");
    log.put("one\n");
    CHECK(log.lines() == Lines{"<14>node7 ipxe[kedge]: one"});
}

TEST_CASE("syslog: what is only for a screen does not go out") {
    Log log;
    log.put("\x1b[1;31mred\x1b[0m\n");
    log.put("file 10 %\rfile 20 %\rfile done\n");
    log.put("abc\x01\x02\n");
    CHECK(log.lines() ==
          Lines{"<14>ipxe[kedge]: red", "<14>ipxe[kedge]: file done", "<14>ipxe[kedge]: abc"});
}

TEST_CASE("syslog: without a server nothing is kept") {
    Log log;
    log.sender.set_server({});
    log.put("lost\n");
    log.sender.set_server(kServer);
    CHECK(log.lines().empty());
}

TEST_CASE("syslog: a flood is cut, and sent one by one") {
    Log log;
    for (int i = 0; i < 1000; ++i) log.put("line " + std::to_string(i) + "\n");
    log.put(std::string(5000, 'x') + "\n");
    log.poll();
    CHECK(log.port.sent.size() == 1);
    log.poll();
    CHECK(log.port.sent.size() == 1);
    const Lines lines = log.lines();
    CHECK(lines.size() == 32);
    CHECK(lines[0] == "<14>ipxe[kedge]: line 0");
    log.put(std::string(5000, 'x') + "\n");
    CHECK(log.lines()[0].size() < 300);
}

TEST_CASE("syslog: a line stays while the card is busy, and goes when it cannot be sent") {
    Log log;
    log.put("one\ntwo\nthree\n");
    log.port.failure = Error::busy;
    for (int i = 0; i < 3000; ++i) log.poll();
    log.port.failure = Error::network_unreachable;
    for (int i = 0; i < 2000; ++i) log.poll();
    log.port.failure = Error::none;
    for (int i = 0; i < 3000; ++i) log.poll();
    CHECK(log.lines() == Lines{"<14>ipxe[kedge]: two", "<14>ipxe[kedge]: three"});
}

TEST_CASE("syslog: the end of a boot does not wait") {
    Log log;
    log.put("one\ntwo\nthree\n");
    log.sender.flush();
    CHECK(log.port.sent.size() == 3);
    log.put("four\nfive\n");
    log.port.failure = Error::busy;
    log.sender.flush();
    log.port.failure = Error::none;
    CHECK(log.port.sent.size() == 3);
}

namespace {

/// A network whose own messages go to the console.
struct ChattyPort final : net::DatagramPort {
    u16 local_port() const override { return 1; }
    Result<void> send_to(net::Endpoint, Bytes) override {
        ++sent;
        sender->put("net: sent something\n");
        return {};
    }
    proto::SyslogSender* sender = nullptr;
    int sent = 0;
};

}  // namespace

TEST_CASE("syslog: what sending a line prints is not sent") {
    ChattyPort port;
    proto::SyslogSender sender(port);
    port.sender = &sender;
    sender.set_server(kServer);
    sender.put("one\n");
    for (int i = 0; i < 1000; ++i) sender.poll(Instant::from_us(i * 10'000));
    sender.flush();
    CHECK(port.sent == 1);
}
