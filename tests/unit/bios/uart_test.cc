// The UART's loop-back mode, and the serial console that relies on it.
#include <catch2/catch.hpp>
#include <deque>
#include <string>

#include "arch/host/models.h"
#include "arch/port.h"
#include "fakes/clock.h"
#include "prefix/common/serial.h"
#include "prefix/common/uart.h"

namespace kedge::tests {

namespace {

constexpr u8 kLoopBit = 0x10;

class Uart final : public arch::host::PortModel {
  public:
    u32 in(u16 port, u8) override {
        switch (port - kCom1) {
            case uart::kData: {
                if (received.empty()) return 0;
                const u8 byte = received.front();
                received.pop_front();
                return byte;
            }
            case uart::kLineStatus:
                return (received.empty() ? 0u : uart::kDataReady) | uart::kTransmitterEmpty |
                       uart::kLineIdle;
            case uart::kModemControl:
                return modem_control;
            case uart::kScratch:
                return scratch;
            default:
                return 0;
        }
    }
    void out(u16 port, u8, u32 value) override {
        const u8 byte = static_cast<u8>(value);
        if (port == kCom1 + uart::kLineControl) divisor = (byte & uart::kDivisorAccess) != 0;
        if (port == kCom1 + uart::kModemControl) modem_control = byte & 0x1f;
        if (port == kCom1 + uart::kScratch) scratch = byte;
        if (port != kCom1 + uart::kData || divisor) return;
        if ((modem_control & kLoopBit) == 0) {
            line += static_cast<char>(byte);
        } else if (loops) {
            received.push_back(byte);
        }
    }

    std::deque<u8> received;
    std::string line;
    u8 modem_control = 0x0b;
    u8 scratch = 0;
    bool divisor = false;
    bool loops = true;
};

}  // namespace

TEST_CASE("uart: in loop-back mode it hears itself, and nobody else", "[uart]") {
    Uart model;
    arch::host::PortRange ports(model, kCom1, 8);
    model.received = {'o', 'l', 'd'};
    {
        const uart::LoopBack loop(kCom1);
        CHECK(loop.works());
        CHECK_FALSE(loop.heard());
        arch::out8(kCom1 + uart::kData, ' ');
        CHECK(loop.heard());
        arch::out8(kCom1 + uart::kData, '\b');
    }
    CHECK(model.received.empty());
    CHECK(model.line.empty());
    CHECK(model.modem_control == 0x0b);
    arch::out8(kCom1 + uart::kData, 'x');
    CHECK(model.line == "x");
}

TEST_CASE("uart: where there is none, nothing is heard", "[uart]") {
    {
        const uart::LoopBack loop(kCom1);  // all ones
        CHECK_FALSE(loop.works());
        CHECK_FALSE(loop.heard());
    }
    fakes::Clock clock;
    SerialConsole console(kCom1, clock);
    CHECK_FALSE(console.init());
}

TEST_CASE("uart: a receiver that never runs empty is no endless loop", "[uart]") {
    struct Babbler final : arch::host::PortModel {
        u32 in(u16 port, u8) override {
            return port == kCom1 + uart::kModemControl ? modem_control : 0xff;
        }
        void out(u16 port, u8, u32 value) override {
            if (port == kCom1 + uart::kModemControl) modem_control = value;
        }
        u32 modem_control = 0;
    } model;
    arch::host::PortRange ports(model, kCom1, 8);
    const uart::LoopBack loop(kCom1);
    CHECK(loop.works());
    CHECK(loop.heard());
}

TEST_CASE("serial console: only a UART that hears itself is used", "[uart]") {
    fakes::Clock clock;
    Uart model;
    arch::host::PortRange ports(model, kCom1, 8);
    SerialConsole console(kCom1, clock);
    REQUIRE(console.init());
    console.put("a\n");
    CHECK(model.line == "a\r\n");
    CHECK(model.modem_control == uart::kTerminalReadyAndRequest);
    model.received = {'k'};
    CHECK(console.read_key() == 'k');

    model.loops = false;
    CHECK_FALSE(console.init());
}

}  // namespace kedge::tests
