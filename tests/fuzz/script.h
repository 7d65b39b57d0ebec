// The input of a fuzz target as a list of steps that a peer takes.
#pragma once

#include <string>

#include "base/reader.h"

namespace kedge::fuzz {

class Script {
  public:
    Script(const u8* data, size_t size) : in_(Bytes(data, size)) {}

    bool over() const { return in_.remaining() == 0; }
    u8 number() { return in_.u8_(); }
    /// A length in two bytes, and as many bytes as there are of it.
    std::string text() {
        const size_t wanted = in_.be16_();
        const Bytes bytes = in_.bytes(min(wanted, in_.remaining()));
        return {bytes.begin(), bytes.end()};
    }

  private:
    Reader in_;
};

}  // namespace kedge::fuzz
