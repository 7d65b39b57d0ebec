// What compiled code expects to find in an image. memcpy and friends are in
// arch/x86_64/memory.asm.

#include <new>

#include "base/heap.h"

namespace kedge {

namespace {

constinit Heap* the_heap = nullptr;

}  // namespace

void set_heap(Heap& heap) { the_heap = &heap; }

}  // namespace kedge

const std::nothrow_t std::nothrow{};

// The throwing form cannot throw here and nobody may call it; `new (std::nothrow)` is ours.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return kedge::the_heap != nullptr ? kedge::the_heap->allocate(size) : nullptr;
}

void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
    return operator new(size, tag);
}

void operator delete(void* memory) noexcept {
    if (kedge::the_heap != nullptr) kedge::the_heap->release(memory);
}

void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { operator delete(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { operator delete(memory); }

extern "C" [[noreturn]] void __cxa_pure_virtual() { __builtin_trap(); }
