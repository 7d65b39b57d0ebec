// Included before everything else in image builds: a failed libstdc++ bounds check (span, array,
// optional) is an undefined instruction instead of a call with four message strings.
#pragma once

#include <bits/c++config.h>

#undef __glibcxx_assert_impl
#define __glibcxx_assert_impl(condition)                                 \
    do {                                                                 \
        if (__builtin_expect(!bool(condition), false)) __builtin_trap(); \
    } while (false)
