#include "fakes/dma.h"

#include <cstdlib>
#include <stdexcept>

namespace kedge::fakes {

Dma::~Dma() {
    for (auto& [address, bytes] : blocks_) std::free(bytes.data());
}

Result<platform::DmaBuffer> Dma::allocate(size_t size, size_t alignment) {
    if (size == 0 || alignment < 16 || !is_power_of_two(alignment)) {
        throw std::logic_error("dma: bad request");
    }
    if (size > largest || remaining == 0) return Error::no_memory;
    if (remaining != SIZE_MAX) --remaining;
    void* memory = nullptr;
    if (posix_memalign(&memory, alignment, size) != 0) throw std::bad_alloc();
    const MutableBytes bytes(static_cast<u8*>(memory), size);
    fill_bytes(bytes, 0);
    const u64 address = align_up(next_address, alignment);
    next_address = address + size + 0x10000;  // a gap, so that neighbours are not joined
    blocks_[address] = bytes;
    return platform::DmaBuffer{bytes, address};
}

void Dma::release(const platform::DmaBuffer& buffer) {
    const auto found = blocks_.find(buffer.device_address);
    if (found == blocks_.end() || found->second.data() != buffer.bytes.data() ||
        found->second.size() != buffer.bytes.size()) {
        throw std::logic_error("dma: released what was not allocated");
    }
    std::free(buffer.bytes.data());
    blocks_.erase(found);
}

MutableBytes Dma::at(u64 address, size_t size) const {
    auto found = blocks_.upper_bound(address);
    if (found == blocks_.begin()) throw std::logic_error("dma: address below all memory");
    --found;
    const u64 offset = address - found->first;
    if (offset > found->second.size() || size > found->second.size() - offset) {
        throw std::logic_error("dma: device reaches outside of its memory");
    }
    return found->second.subspan(offset, size);
}

size_t Dma::live_bytes() const {
    size_t sum = 0;
    for (const auto& [address, bytes] : blocks_) sum += bytes.size();
    return sum;
}

}  // namespace kedge::fakes
