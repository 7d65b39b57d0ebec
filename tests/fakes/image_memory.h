// Image memory with a limit, each block an allocation of its own so that the sanitizer sees every
// step beyond its end.
#pragma once

#include <cstdlib>
#include <map>
#include <stdexcept>

#include "platform/memory.h"

namespace kedge::fakes {

class ImageMemory final : public platform::ImageMemory {
  public:
    ~ImageMemory() {
        for (const auto& [data, size] : blocks_) std::free(data);
    }

    Result<MutableBytes> allocate(size_t size) override {
        ++allocations;
        if (size == 0) throw std::logic_error("allocation of nothing");
        if (size > limit || used_ > limit - size) return Error::no_memory;
        u8* const data = static_cast<u8*>(std::malloc(size));
        blocks_[data] = size;
        used_ += size;
        peak = max(peak, used_);
        return MutableBytes(data, size);
    }

    Result<MutableBytes> resize(MutableBytes block, size_t size) override {
        const MutableBytes fresh = TRY(allocate(size));
        copy_bytes(fresh, block);
        release(block);
        return fresh;
    }

    void release(MutableBytes block) override {
        const auto found = blocks_.find(block.data());
        if (found == blocks_.end() || found->second != block.size()) {
            throw std::logic_error("release of a block that was never given out");
        }
        used_ -= block.size();
        blocks_.erase(found);
        std::free(block.data());
    }

    size_t used() const { return used_; }

    size_t limit = size_t{1} << 30;
    size_t peak = 0;
    size_t allocations = 0;

  private:
    std::map<u8*, size_t> blocks_;
    size_t used_ = 0;
};

}  // namespace kedge::fakes
