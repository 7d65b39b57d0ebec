#include "prefix/bios/exceptions.h"

#include "arch/port.h"

extern "C" const kedge::u8 exception_stubs[];
extern "C" const kedge::u8 __text_end[];  // body.ld

namespace kedge::bios {

namespace {

constexpr size_t kVectors = 32;
constexpr size_t kStubSize = 16;
constexpr u16 kCode64 = 0x28;  // of the GDT in real/modes.inc
constexpr u16 kInterruptGate = 0x8e00;
constexpr u16 kDebugPort = 0xe9;  // QEMU and Bochs

/// A 64-bit gate descriptor.
struct Gate {
    u16 offset_low;
    u16 selector;
    u16 type;
    u16 offset_middle;
    u32 offset_high;
    u32 reserved;
};
static_assert(sizeof(Gate) == 16);

constinit std::array<Gate, kVectors> idt{};
constinit const BootInfo* boot_info = nullptr;
constinit TextSink* exception_sink = nullptr;

class DebugPort final : public TextSink {
  public:
    void put(StrView text) override {
        for (char c : text) arch::out8(kDebugPort, static_cast<u8>(c));
    }
};

const char* name_of(u64 vector) {
    switch (vector) {
        case 0:
            return "division error";
        case 3:
            return "breakpoint";
        case 6:
            return "invalid opcode or failed assertion";
        case 8:
            return "double fault";
        case 13:
            return "general protection fault";
        case 14:
            return "page fault";
        default:
            return "exception";
    }
}

void report(TextSink& sink, const ExceptionFrame& frame) {
    u64 cr2;
    asm volatile("mov %%cr2, %0" : "=r"(cr2));
    const u64 base = boot_info->body;
    format(sink, "\nKedge stopped: {} (vector {}) at body+{x}, error code {x}\n",
           name_of(frame.vector), frame.vector, frame.rip - base, frame.error_code);
    format(sink, " body {016x} cr2 {016x} flags {08x} cs {x}\n", base, cr2, frame.rflags, frame.cs);
    format(sink, " rax {016x} rbx {016x} rcx {016x}\n", frame.rax, frame.rbx, frame.rcx);
    format(sink, " rdx {016x} rsi {016x} rdi {016x}\n", frame.rdx, frame.rsi, frame.rdi);
    format(sink, " rbp {016x} rsp {016x} r8  {016x}\n", frame.rbp, frame.rsp, frame.r8);
    format(sink, " r9  {016x} r10 {016x} r11 {016x}\n", frame.r9, frame.r10, frame.r11);
    format(sink, " r12 {016x} r13 {016x} r14 {016x}\n", frame.r12, frame.r13, frame.r14);
    format(sink, " r15 {016x}\n calls:", frame.r15);
    // Without frame pointers, what looks like a return address is the best there is.
    const u64 end = base + boot_info->body_size;
    int shown = 0;
    for (u64 at = frame.rsp & ~u64{7}; at >= base && at + 8 <= end && shown < 12; at += 8) {
        const u64 value = *physical<const u64>(at);
        if (value < base || value >= reinterpret_cast<u64>(__text_end)) continue;
        format(sink, " {x}", value - base);
        ++shown;
    }
    sink.put("\n");
}

}  // namespace

extern "C" void exception_main(const ExceptionFrame& frame) {
    DebugPort port;
    report(port, frame);
    // The sink may be what failed: a second exception goes to the port alone.
    TextSink* sink = std::exchange(exception_sink, nullptr);
    if (sink != nullptr) report(*sink, frame);
}

void install_exceptions(const BootInfo& info) {
    boot_info = &info;
    for (size_t i = 0; i < kVectors; ++i) {
        const u64 address = reinterpret_cast<u64>(exception_stubs) + i * kStubSize;
        idt[i] = {static_cast<u16>(address),
                  kCode64,
                  kInterruptGate,
                  static_cast<u16>(address >> 16),
                  static_cast<u32>(address >> 32),
                  0};
    }
    struct [[gnu::packed]] {
        u16 limit;
        u64 base;
    } const pointer{sizeof(idt) - 1, reinterpret_cast<u64>(idt.data())};
    asm volatile("lidt %0" : : "m"(pointer) : "memory");
}

void set_exception_sink(TextSink* sink) { exception_sink = sink; }

}  // namespace kedge::bios
