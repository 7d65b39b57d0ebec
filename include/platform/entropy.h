// Unpredictable bytes for ports, transaction ids and initial sequence numbers.
#pragma once

#include "base/types.h"

namespace kedge::platform {

class Entropy {
  public:
    virtual void fill(MutableBytes out) = 0;
    /// Neither processor nor firmware has a generator: good for ports and ids, but whoever makes
    /// keys from it says so on the console.
    virtual bool weak() const { return false; }

    u32 next_u32() {
        std::array<u8, 4> bytes{};
        fill(bytes);
        return static_cast<u32>(bytes[0] | bytes[1] << 8 | bytes[2] << 16) |
               static_cast<u32>(bytes[3]) << 24;
    }
    u16 next_u16() { return static_cast<u16>(next_u32()); }

  protected:
    ~Entropy() = default;
};

}  // namespace kedge::platform
