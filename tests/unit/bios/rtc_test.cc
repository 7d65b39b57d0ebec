// The battery clock, and what its dates mean.
#include "prefix/bios/rtc.h"

#include <catch2/catch.hpp>
#include <map>

#include "arch/host/models.h"
#include "base/calendar.h"

namespace kedge::tests {

namespace {

class Cmos final : public arch::host::PortModel {
  public:
    u32 in(u16 port, u8) override {
        if (port != 0x71) return 0xff;
        if (index == 0x0a && updates > 0) {
            --updates;
            return 0x80;
        }
        if (index == 0 && ticks > 0) --ticks, ++registers[0];
        return registers.contains(index) ? registers[index] : 0;
    }
    void out(u16 port, u8, u32 value) override {
        if (port == 0x70) index = static_cast<u8>(value);
    }

    // 2026-11-21 13:45:59
    std::map<u8, u8> registers{{0, 0x59}, {2, 0x45}, {4, 0x13},    {7, 0x21},
                               {8, 0x11}, {9, 0x26}, {0x32, 0x20}, {0x0b, 0x02}};
    u8 index = 0;
    int updates = 5;
    int ticks = 0;
};

struct Machine {
    Cmos cmos;
    arch::host::PortRange range{cmos, 0x70, 2};
};

constexpr u64 kWanted = 1'795'268'759;

}  // namespace

TEST_CASE("dates as Unix time") {
    static_assert(unix_time({1970, 1, 1, 0, 0, 0}) == 0);
    static_assert(unix_time({1970, 1, 1, 0, 0, 1}) == 1);
    static_assert(unix_time({2000, 2, 29, 12, 0, 0}) == 951'825'600);
    static_assert(unix_time({2000, 3, 1, 0, 0, 0}) == 951'868'800);
    static_assert(unix_time({2026, 11, 21, 13, 45, 59}) == kWanted);
    static_assert(unix_time({2038, 1, 19, 3, 14, 8}) == u64{1} << 31);
    static_assert(unix_time({2100, 3, 1, 0, 0, 0}) == 4'107'542'400);
    CHECK(unix_time({1969, 12, 31, 23, 59, 59}) == 0);
    CHECK(unix_time({2026, 13, 1, 0, 0, 0}) == 0);
    CHECK(unix_time({2026, 0, 1, 0, 0, 0}) == 0);
    CHECK(unix_time({2026, 1, 0, 0, 0, 0}) == 0);
    CHECK(unix_time({2026, 1, 1, 24, 0, 0}) == 0);
    CHECK(unix_time({165, 165, 165, 165, 165, 165}) == 0);
}

TEST_CASE("RTC: decimal and binary, 24 and 12 hours") {
    Machine machine;
    auto& registers = machine.cmos.registers;
    SECTION("decimal") {}
    SECTION("binary") {
        registers = {{0, 59}, {2, 45}, {4, 13}, {7, 21}, {8, 11}, {9, 26}, {0x32, 20}, {0x0b, 6}};
    }
    SECTION("afternoon") {
        registers[4] = 0x81;
        registers[0x0b] = 0;
    }
    SECTION("without a century") { registers[0x32] = 0; }
    CHECK(bios::read_rtc() == kWanted);
}

TEST_CASE("RTC: noon and midnight of a 12-hour clock") {
    Machine machine;
    machine.cmos.registers[0x0b] = 0;
    machine.cmos.registers[4] = 0x12;
    CHECK(bios::read_rtc() == kWanted - 13 * 3600);
    machine.cmos.registers[4] = 0x92;
    CHECK(bios::read_rtc() == kWanted - 3600);
}

TEST_CASE("RTC: a second that ends while it is read") {
    Machine machine;
    machine.cmos.registers[0] = 0x30;
    machine.cmos.ticks = 3;
    CHECK(bios::read_rtc() == kWanted - 59 + 33);
}

TEST_CASE("RTC: none, or one that is broken") {
    SECTION("nothing there") { CHECK(bios::read_rtc() == 0); }
    SECTION("always busy") {
        Machine machine;
        machine.cmos.updates = INT32_MAX;
        CHECK(bios::read_rtc() == kWanted);
    }
    SECTION("never the same twice") {
        Machine machine;
        machine.cmos.ticks = INT32_MAX;
        bios::read_rtc();  // ends
    }
}

}  // namespace kedge::tests
