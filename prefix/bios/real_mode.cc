#include "prefix/bios/real_mode.h"

namespace kedge::bios {

void RealMode::call(u32 function) { physical<void(u32)>(info_.base + info_.call_real)(function); }

void RealMode::interrupt(u8 number, Registers& registers) {
    const u16 segment = static_cast<u16>(info_.base >> 4);
    RealRegisters& raw = block();
    raw.eax = registers.eax;
    raw.ebx = registers.ebx;
    raw.ecx = registers.ecx;
    raw.edx = registers.edx;
    raw.esi = registers.esi;
    raw.edi = registers.edi;
    raw.ebp = registers.ebp;
    raw.ds = registers.ds.value_or(segment);
    raw.es = registers.es.value_or(segment);
    raw.number = number;
    call(info_.do_interrupt);
    registers.eax = raw.eax;
    registers.ebx = raw.ebx;
    registers.ecx = raw.ecx;
    registers.edx = raw.edx;
    registers.esi = raw.esi;
    registers.edi = raw.edi;
    registers.ebp = raw.ebp;
    registers.ds = raw.ds;
    registers.es = raw.es;
    registers.flags = raw.flags;
}

u16 RealMode::call_pxe(u16 number) {
    block().ebx = number;
    call(info_.do_pxe);
    return static_cast<u16>(block().eax);
}

void RealMode::print(size_t count) {
    ASSERT(count <= kBounceSize / sizeof(TextCell));
    block().ecx = static_cast<u32>(count);
    call(info_.do_text);
}

void RealMode::serve_interrupts() { call(info_.do_pending); }

void RealMode::give_up() {
    bounce()[0] = 0;
    call(info_.do_fail);
    __builtin_trap();
}

void RealMode::start_linux(u16 segment, u16 stack) {
    block().eax = segment;
    block().ebx = stack;
    call(info_.do_jump);
    __builtin_trap();
}

}  // namespace kedge::bios
