#include "src/net/send_queue.h"

namespace kedge::net {

Result<void> SendQueue::push(Bytes data) {
    if (data.size() > room()) return Error::busy;
    if (!buffer_) buffer_.reset(new (std::nothrow) Buffer);
    if (!buffer_) return Error::no_memory;
    const MutableBytes ring(buffer_->bytes);
    const size_t done = copy_bytes(ring.subspan((first_ + size_) % kSize), data);
    copy_bytes(ring, data.subspan(done));
    size_ += data.size();
    return {};
}

void SendQueue::pop(size_t count) {
    count = min(count, size_);
    first_ = (first_ + count) % kSize;
    size_ -= count;
}

Parts SendQueue::view(size_t offset, size_t count, std::array<Bytes, 1>& second_piece) const {
    if (count == 0) return {};
    ASSERT(offset + count <= size_);
    const Bytes ring(buffer_->bytes);
    const size_t at = (first_ + offset) % kSize;
    const size_t until_end = min(count, kSize - at);
    second_piece[0] = ring.first(count - until_end);
    return Parts(ring.subspan(at, until_end), second_piece);
}

void SendQueue::clear() {
    buffer_.reset();
    first_ = size_ = 0;
}

}  // namespace kedge::net
