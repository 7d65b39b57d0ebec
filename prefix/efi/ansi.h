// Takes terminal control sequences out of a text stream. ECMA-48 section 5.4.
#pragma once

#include "base/types.h"

namespace kedge::efi {

/// What a byte of the stream turned out to be.
class AnsiParser {
  public:
    enum class Event : u8 {
        none,      // part of an unfinished or ignored sequence
        text,      // the byte itself, to be shown
        sequence,  // a whole CSI sequence: see final() and parameter()
    };
    static constexpr size_t kMaxParameters = 8;

    Event feed(u8 byte);

    /// Of the sequence just finished.
    char final() const { return final_; }
    size_t parameter_count() const { return count_; }
    /// `fallback` where the parameter is left out.
    u16 parameter(size_t index, u16 fallback) const {
        return index < count_ && parameters_[index] != kLeftOut ? parameters_[index] : fallback;
    }

  private:
    enum class State : u8 { text, escape, csi } state_ = State::text;
    static constexpr u16 kLeftOut = 0xffff;
    static constexpr u16 kLargest = 9999;

    void on_digit(u8 digit);

    std::array<u16, kMaxParameters> parameters_{};
    size_t count_ = 0;
    bool ignored_ = false;  // private or malformed
    char final_ = 0;
};

}  // namespace kedge::efi
