// Dates of the Gregorian calendar as Unix time: seconds since 1970-01-01 00:00:00 UTC.
#pragma once

#include "base/types.h"

namespace kedge {

/// As clocks of machines give it, in UTC.
struct Date {
    unsigned year = 0;
    unsigned month = 0;  // 1 to 12
    unsigned day = 0;    // 1 to 31
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
};

/// 0 for what is no date between 1970 and 2199: a clock that was never set, or is broken.
constexpr u64 unix_time(const Date& date) {
    if (date.year < 1970 || date.year > 2199 || date.month < 1 || date.month > 12) return 0;
    if (date.day < 1 || date.day > 31 || date.hour > 23) return 0;
    if (date.minute > 59 || date.second > 60) return 0;
    // Years that begin in March have their odd day at the end.
    const unsigned year = date.month > 2 ? date.year : date.year - 1;
    const unsigned month = date.month > 2 ? date.month - 3 : date.month + 9;
    const unsigned day_of_year = (153 * month + 2) / 5 + date.day - 1;
    const u64 days = u64{365} * year + year / 4 - year / 100 + year / 400 + day_of_year;
    constexpr u64 kDaysTo1970 = 719'468;  // from 0000-03-01
    return ((days - kDaysTo1970) * 24 + date.hour) * 3600 + date.minute * 60 + date.second;
}

}  // namespace kedge
