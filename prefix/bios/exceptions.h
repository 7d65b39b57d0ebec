// What happens when we are wrong: an exception is reported and the machine stands still.
#pragma once

#include "base/format.h"
#include "prefix/bios/boot_info.h"

namespace kedge::bios {

/// As entry.asm and the CPU push it. AMD64 Architecture Programmer's Manual volume 2, section 8.9.
struct ExceptionFrame {
    u64 rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
    u64 vector;
    u64 error_code;
    u64 rip, cs, rflags, rsp, ss;
};
static_assert(sizeof(ExceptionFrame) == 22 * 8);

/// Loads an IDT for the 32 exceptions. `info` is used from then on.
void install_exceptions(const BootInfo& info);

/// Where reports go besides port E9; null for nowhere.
void set_exception_sink(TextSink* sink);

}  // namespace kedge::bios
