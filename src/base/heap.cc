#include "base/heap.h"

#include "base/assert.h"

namespace kedge {

// A block of either state begins with this header; the caller's memory follows it directly. Its
// size keeps what follows 16-byte aligned.
struct Heap::Block {
    size_t size;  // of the whole block, header included
    Block* next;  // the next free one; kUsed while the block is handed out

    u8* end() { return reinterpret_cast<u8*>(this) + size; }
    u8* memory() { return reinterpret_cast<u8*>(this) + sizeof(Block); }
};

namespace {
constexpr size_t kGrain = 16;
/// Marks a used block, so that a wild or double release() is caught.
constexpr u64 kUsed = 0x6b65646765757365;
}  // namespace

void Heap::add(MutableBytes region) {
    static_assert(sizeof(Block) == kGrain);
    const u64 start = align_up(reinterpret_cast<u64>(region.data()), kGrain);
    const u64 end = align_down(reinterpret_cast<u64>(region.data() + region.size()), kGrain);
    if (end < start + 2 * kGrain) return;
    Block* block = reinterpret_cast<Block*>(start);
    block->size = end - start;
    block->next = reinterpret_cast<Block*>(kUsed);
    release(block->memory());
}

void* Heap::allocate(size_t size, size_t alignment) {
    ASSERT(is_power_of_two(alignment));
    if (size > SIZE_MAX / 2) return nullptr;
    alignment = max(alignment, kGrain);
    const size_t wanted = sizeof(Block) + align_up(max(size, size_t{1}), kGrain);
    for (Block** link = &free_; *link != nullptr; link = &(*link)->next) {
        Block* block = *link;
        const u64 start = reinterpret_cast<u64>(block);
        const u64 memory = align_up(start + sizeof(Block), alignment);
        const size_t skipped = memory - sizeof(Block) - start;
        if (block->size < skipped + wanted) continue;

        Block* after = block->next;
        Block* used = reinterpret_cast<Block*>(memory - sizeof(Block));
        const size_t rest = block->size - skipped - wanted;
        used->size = wanted + (rest < 2 * kGrain ? rest : 0);
        if (rest >= 2 * kGrain) {
            Block* tail = reinterpret_cast<Block*>(used->end());
            tail->size = rest;
            tail->next = after;
            after = tail;
        }
        if (skipped != 0) {
            block->size = skipped;
            block->next = after;
        } else {
            *link = after;
        }
        free_bytes_ -= used->size;
        used->next = reinterpret_cast<Block*>(kUsed);
        return used->memory();
    }
    return nullptr;
}

void Heap::release(void* memory) {
    if (memory == nullptr) return;
    Block* block = reinterpret_cast<Block*>(static_cast<u8*>(memory) - sizeof(Block));
    ASSERT(block->next == reinterpret_cast<Block*>(kUsed));
    free_bytes_ += block->size;

    Block* before = nullptr;
    Block* after = free_;
    while (after != nullptr && after < block) {
        before = after;
        after = after->next;
    }
    block->next = after;
    if (after != nullptr && block->end() == reinterpret_cast<u8*>(after)) {
        block->size += after->size;
        block->next = after->next;
    }
    if (before == nullptr) {
        free_ = block;
    } else if (before->end() == reinterpret_cast<u8*>(block)) {
        before->size += block->size;
        before->next = block->next;
    } else {
        before->next = block;
    }
}

size_t Heap::largest_free() const {
    size_t largest = 0;
    for (const Block* block = free_; block != nullptr; block = block->next) {
        largest = max(largest, block->size - sizeof(Block));
    }
    return largest;
}

}  // namespace kedge
