#include "boot/lzma.h"

namespace kedge::boot {

namespace {

constexpr unsigned kProbabilityBits = 11;
constexpr u16 kEven = 1 << (kProbabilityBits - 1);
constexpr unsigned kAdaptShift = 5;
constexpr u32 kTop = 1u << 24;
constexpr unsigned kMinMatch = 2;
constexpr unsigned kFirstModelledSlot = 4;
constexpr unsigned kFirstAlignedSlot = 14;
constexpr unsigned kAlignBits = 4;

/// Binary arithmetic decoder. After the end of the input it reads zeros and remembers that.
class RangeDecoder {
  public:
    explicit RangeDecoder(Bytes in) : in_(in) {
        next();  // the encoder's first byte is always 0
        for (int i = 0; i < 4; ++i) code_ = code_ << 8 | next();
    }

    bool overrun() const { return overrun_; }

    unsigned bit(u16& probability) {
        const u32 bound = (range_ >> kProbabilityBits) * probability;
        unsigned result = 0;
        if (code_ < bound) {
            range_ = bound;
            probability = static_cast<u16>(
                probability + (((1u << kProbabilityBits) - probability) >> kAdaptShift));
        } else {
            range_ -= bound;
            code_ -= bound;
            probability = static_cast<u16>(probability - (probability >> kAdaptShift));
            result = 1;
        }
        normalize();
        return result;
    }

    u32 direct_bits(unsigned count) {
        u32 result = 0;
        for (; count > 0; --count) {
            range_ >>= 1;
            const u32 bit = code_ >= range_ ? 1 : 0;
            if (bit != 0) code_ -= range_;
            result = result << 1 | bit;
            normalize();
        }
        return result;
    }

    /// Most significant bit first; the tree has 2^bits nodes, the first unused.
    u32 tree(std::span<u16> nodes, unsigned bits) {
        u32 symbol = 1;
        for (unsigned i = 0; i < bits; ++i) symbol = symbol << 1 | bit(nodes[symbol]);
        return symbol - (1u << bits);
    }

    /// Least significant bit first.
    u32 reverse_tree(std::span<u16> nodes, unsigned bits) {
        u32 node = 1;
        u32 symbol = 0;
        for (unsigned i = 0; i < bits; ++i) {
            const u32 one = bit(nodes[node]);
            node = node << 1 | one;
            symbol |= one << i;
        }
        return symbol;
    }

  private:
    u8 next() {
        if (at_ < in_.size()) return in_[at_++];
        overrun_ = true;
        return 0;
    }

    void normalize() {
        if (range_ >= kTop) return;
        range_ <<= 8;
        code_ = code_ << 8 | next();
    }

    Bytes in_;
    size_t at_ = 0;
    u32 range_ = 0xffffffff;
    u32 code_ = 0;
    bool overrun_ = false;
};

class Decoder {
  public:
    Decoder(Bytes stream, MutableBytes out, LzmaModel& model)
        : range_(stream), out_(out), model_(model) {}

    Result<void> run() {
        while (at_ < out_.size()) {
            if (range_.overrun()) return Error::bad_format;
            if (range_.bit(model_.is_match[state_]) == 0) {
                literal();
            } else if (range_.bit(model_.is_repeat[state_]) == 0) {
                TRY(match());
            } else {
                TRY(repeat());
            }
        }
        if (range_.overrun()) return Error::bad_format;
        return {};
    }

  private:
    void literal() {
        const u8 previous = at_ > 0 ? out_[at_ - 1] : 0;
        auto& nodes = model_.literal[previous >> (8 - LzmaModel::kLiteralContextBits)];
        u32 symbol = 1;
        if (state_ >= 7) {  // after a match, the byte it would have gone on with is a hint
            u32 hint = out_[at_ - 1 - distances_[0]];
            while (symbol < 0x100) {
                const u32 hint_bit = hint >> 7 & 1;
                hint <<= 1;
                const u32 bit = range_.bit(nodes[(1 + hint_bit) * 0x100 + symbol]);
                symbol = symbol << 1 | bit;
                if (bit != hint_bit) break;
            }
        }
        while (symbol < 0x100) symbol = symbol << 1 | range_.bit(nodes[symbol]);
        out_[at_++] = static_cast<u8>(symbol);
        state_ = state_ < 4 ? 0 : state_ < 10 ? state_ - 3 : state_ - 6;
    }

    Result<void> match() {
        for (unsigned i = 3; i > 0; --i) distances_[i] = distances_[i - 1];
        const u32 count = length(model_.match_length);
        state_ = state_ < 7 ? 7 : 10;
        distances_[0] = distance(count);
        return copy(count);  // the end marker is a distance no buffer has
    }

    Result<void> repeat() {
        unsigned which = 0;
        if (range_.bit(model_.is_repeat0[state_]) == 0) {
            if (range_.bit(model_.is_repeat0_long[state_]) == 0) {
                state_ = state_ < 7 ? 9 : 11;
                return copy(1);
            }
        } else if (range_.bit(model_.is_repeat1[state_]) == 0) {
            which = 1;
        } else {
            which = 2 + range_.bit(model_.is_repeat2[state_]);
        }
        const u32 chosen = distances_[which];
        for (unsigned i = which; i > 0; --i) distances_[i] = distances_[i - 1];
        distances_[0] = chosen;
        const u32 count = length(model_.repeat_length);
        state_ = state_ < 7 ? 8 : 11;
        return copy(count);
    }

    u32 length(LzmaModel::Lengths& lengths) {
        if (range_.bit(lengths.choice) == 0) return kMinMatch + range_.tree(lengths.low, 3);
        if (range_.bit(lengths.choice2) == 0) return kMinMatch + 8 + range_.tree(lengths.middle, 3);
        return kMinMatch + 16 + range_.tree(lengths.high, 8);
    }

    /// One less than the distance.
    u32 distance(u32 match_length) {
        const u32 context = min(match_length - kMinMatch, u32{3});
        const u32 slot = range_.tree(model_.distance_slot[context], 6);
        if (slot < kFirstModelledSlot) return slot;
        const unsigned bits = (slot >> 1) - 1;
        const u32 base = (2 | (slot & 1)) << bits;
        if (slot < kFirstAlignedSlot) {
            const std::span<u16> nodes = model_.distance_special;
            return base + range_.reverse_tree(nodes.subspan(base - slot), bits);
        }
        const u32 high = range_.direct_bits(bits - kAlignBits) << kAlignBits;
        return base + high + range_.reverse_tree(model_.distance_align, kAlignBits);
    }

    Result<void> copy(u32 count) {
        if (distances_[0] >= at_) return Error::bad_format;
        if (count > out_.size() - at_) return Error::bad_format;
        const size_t back = size_t{distances_[0]} + 1;
        for (; count > 0; --count, ++at_) out_[at_] = out_[at_ - back];
        return {};
    }

    RangeDecoder range_;
    MutableBytes out_;
    LzmaModel& model_;
    size_t at_ = 0;
    unsigned state_ = 0;
    std::array<u32, 4> distances_{};
};

}  // namespace

Result<void> lzma_decode(Bytes stream, MutableBytes out, LzmaModel& model) {
    // The model is nothing but 16-bit probabilities.
    const std::span<u16> all(reinterpret_cast<u16*>(&model), sizeof(LzmaModel) / sizeof(u16));
    for (u16& probability : all) probability = kEven;
    return Decoder(stream, out, model).run();
}

}  // namespace kedge::boot
