// Memory for one IPv4 packet of the largest size, taken from the heap while it is needed.
#pragma once

#include "base/unique.h"

namespace kedge::net {

struct DatagramBuffer {
    static constexpr size_t kSize = 65536;
    std::array<u8, kSize> bytes;

    /// Null when there is no memory.
    static Unique<DatagramBuffer> create() {
        return Unique<DatagramBuffer>(new (std::nothrow) DatagramBuffer);
    }
};

}  // namespace kedge::net
