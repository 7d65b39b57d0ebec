#include "prefix/bios/rtc.h"

#include "arch/port.h"
#include "base/calendar.h"

namespace kedge::bios {

namespace {

constexpr u16 kIndex = 0x70;
constexpr u16 kData = 0x71;

// Motorola MC146818 data sheet, table 3 and "Registers". The century's place is the one that PC
// BIOSes use.
constexpr u8 kRegisters[] = {0x00, 0x02, 0x04, 0x07, 0x08, 0x09, 0x32};
constexpr u8 kStatusA = 0x0a;
constexpr u8 kStatusB = 0x0b;
constexpr u8 kUpdating = 0x80;  // status A
constexpr u8 k24Hours = 0x02;   // status B
constexpr u8 kBinary = 0x04;    // status B
constexpr u8 kAfternoon = 0x80;

using Values = std::array<u8, std::size(kRegisters)>;

u8 read(u8 number) {
    arch::out8(kIndex, number);
    return arch::in8(kData);
}

/// The same twice: so the clock did not tick in between. An absent clock gives something, too.
Values read_all() {
    Values values{};
    for (int tries = 0; tries < 100; ++tries) {
        // An update takes 2 ms; a port a microsecond.
        for (int wait = 0; wait < 10'000 && (read(kStatusA) & kUpdating) != 0; ++wait) {
        }
        Values again;
        for (size_t i = 0; i < again.size(); ++i) again[i] = read(kRegisters[i]);
        if (again == values) break;
        values = again;
    }
    return values;
}

unsigned from_bcd(u8 value) { return (value >> 4) * 10u + (value & 15); }

}  // namespace

u64 read_rtc() {
    const Values values = read_all();
    const u8 mode = read(kStatusB);
    const auto number = [mode](u8 value) {
        return (mode & kBinary) != 0 ? unsigned{value} : from_bcd(value);
    };
    const bool half_days = (mode & k24Hours) == 0;
    unsigned hour = number(half_days ? values[2] & ~kAfternoon & 0xff : values[2]);
    if (half_days) hour = hour % 12 + ((values[2] & kAfternoon) != 0 ? 12 : 0);
    // Not every BIOS keeps the century.
    const unsigned century = number(values[6]);
    const unsigned year = number(values[5]) + 100 * (century >= 19 && century <= 21 ? century : 20);
    return unix_time(
        {year, number(values[4]), number(values[3]), hour, number(values[1]), number(values[0])});
}

}  // namespace kedge::bios
