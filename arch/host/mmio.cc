// Device registers: a model behind a reserved window, or plain memory.
#include "arch/mmio.h"

#include <sys/mman.h>

#include <new>
#include <vector>

#include "arch/host/models.h"

namespace kedge::arch {

namespace host {

namespace {

std::vector<MmioWindow*>& windows() {
    static std::vector<MmioWindow*> all;
    return all;
}

MmioWindow* find(const volatile u8* address) {
    for (MmioWindow* window : windows()) {
        if (address >= window->base() && address < window->base() + window->size()) return window;
    }
    return nullptr;
}

template <typename T>
T read(const volatile u8* address) {
    if (MmioWindow* const window = find(address)) {
        const u64 offset = static_cast<u64>(address - window->base());
        return static_cast<T>(window->model().mmio_read(offset, sizeof(T)));
    }
    return *reinterpret_cast<const volatile T*>(address);
}

template <typename T>
void write(volatile u8* address, T value) {
    if (MmioWindow* const window = find(address)) {
        const u64 offset = static_cast<u64>(address - window->base());
        return window->model().mmio_write(offset, sizeof(T), value);
    }
    *reinterpret_cast<volatile T*>(address) = value;
}

}  // namespace

MmioWindow::MmioWindow(MmioModel& model, size_t size) : model_(model), size_(size) {
    void* const memory = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    base_ = static_cast<volatile u8*>(memory);
    windows().push_back(this);
}

MmioWindow::~MmioWindow() {
    std::erase(windows(), this);
    munmap(const_cast<u8*>(base_), size_);
}

}  // namespace host

u8 mmio_read8(const volatile u8* address) { return host::read<u8>(address); }
u16 mmio_read16(const volatile u8* address) { return host::read<u16>(address); }
u32 mmio_read32(const volatile u8* address) { return host::read<u32>(address); }
void mmio_write8(volatile u8* address, u8 value) { host::write(address, value); }
void mmio_write16(volatile u8* address, u16 value) { host::write(address, value); }
void mmio_write32(volatile u8* address, u32 value) { host::write(address, value); }

}  // namespace kedge::arch
