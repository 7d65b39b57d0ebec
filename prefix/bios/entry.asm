; The body's entry, and the CPU's exceptions.

bits 64

section .text.entry

global body_entry:function hidden
global exception_stubs:data hidden
extern bios_main
extern exception_main

; From the unpacker: RDI = BootInfo, RSP at the top of our stack.
body_entry:
    and rsp, -16
    xor ebp, ebp
    call bios_main
    ud2

; 32 entry points of 16 bytes each: vector and, where the CPU pushes none, an error code of 0.
align 16
exception_stubs:
%assign vector 0
%rep 32
    align 16, nop
%if vector != 8 && (vector < 10 || vector > 14) && vector != 17 && vector != 21 && \
    vector != 29 && vector != 30
    push 0
%endif
    push vector
    jmp near exception_common
%assign vector vector + 1
%endrep

; Builds bios::ExceptionFrame (prefix/bios/exceptions.h) on the stack.
exception_common:
    push r15
    push r14
    push r13
    push r12
    push r11
    push r10
    push r9
    push r8
    push rbp
    push rdi
    push rsi
    push rdx
    push rcx
    push rbx
    push rax
    mov rdi, rsp
    and rsp, -16
    cld
    call exception_main
.stop:
    cli
    hlt
    jmp .stop
