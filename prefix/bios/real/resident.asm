; The resident part: moves itself to the top of base memory, brings the CPU from real mode to long
; mode, starts the payload there, and stays as the way back to the BIOS.
;
; Entered at offset 0 in real mode with a usable stack, wherever it was loaded (on a paragraph),
; after the glue has filled in its part of BootInfo. All offsets are relative to its own segment.

%include "prefix/bios/real/resident.inc"

bits 16
org 0

info:
    jmp near start
    times BootInfo.magic - ($ - $$) db 0
    dd BOOT_MAGIC
    times BootInfo.call_real - ($ - $$) db 0
    dd call_real, registers, do_interrupt, do_text, do_pending, do_fail, do_jump, do_pxe, int15_hook
    dw from_protected, 0
    times BootInfo_size - ($ - $$) db 0

    ; From unpack.asm: protected mode, CS with our base, interrupts off; selector 10h is a 16-bit
    ; data segment at 0.
    times RESIDENT_FROM_PROTECTED - ($ - $$) db 0
    mov ax, 0x10
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov ss, ax
    lidt [cs:real_idt]
    mov eax, cr0
    and al, 0xFE
    mov cr0, eax
    jmp far [cs:info + BootInfo.real_entry]
from_protected:
    xor ax, ax
    mov ss, ax
    mov sp, 0x7C00

start:
    cld
    mov ax, cs
    mov ds, ax
    int 0x12                            ; KiB of base memory, 0x413
    movzx eax, ax
    mov [info + BootInfo.base_memory], eax
    shl eax, 10
    cmp eax, [info + BootInfo.ceiling]
    jbe .below_ceiling
    mov eax, [info + BootInfo.ceiling]
.below_ceiling:
    sub eax, RESIDENT_SIZE
    and eax, ~0xFFF
    mov [info + BootInfo.base], eax
    ; in-place text for the one failure that can happen before the move
    mov si, text_no_base_memory
    cmp eax, [info + BootInfo.floor]
    jl fail_here
    shr eax, 4
    mov [real_entry + 2], ax
    mov es, ax
    xor si, si
    xor di, di
    mov cx, resident_end
    rep movsb
    ; Base memory now ends below us.
    mov cx, ax
    shr cx, 6
    xor ax, ax
    mov es, ax
    mov [es:0x413], cx
    mov ax, [real_entry + 2]
    push ax
    push word moved
    retf

moved:
    cli
    mov ax, cs
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, STACK_TOP
    sti
    mov si, text_no_long_mode
    call has_long_mode
    jc fail_here
    mov si, text_no_a20
    call enable_a20
    jc fail_here
    mov si, text_no_map
    call read_memory_map
    jc fail_here
    call prepare_modes
    mov eax, [info + BootInfo.base]
    add eax, first_long
    mov [long_entry], eax
    jmp switch_to_long

; SI: text. Says it on screen and serial line and lets the BIOS boot something else.
fail_here:
    push cs
    pop ds
    cld
    call say
give_up:
    ; Base memory back, if we took it.
    mov ax, 0x40
    mov es, ax
    mov ax, [info + BootInfo.base_memory]
    mov [es:0x13], ax
boot_next:
    cmp dword [info + BootInfo.caller], 0
    jne return_to_caller
    sti
    int 0x18
    int 0x19
.stop:
    hlt
    jmp .stop

; Undoes what pxe.asm pushed.
return_to_caller:
    cli
    mov cx, [info + BootInfo.status]
    lss sp, [info + BootInfo.caller]
    mov bp, sp
    mov [ss:bp + PUSHAD_AX], cx
    popad
    pop gs
    pop fs
    pop es
    pop ds
    popfd
    retf

%include "prefix/bios/real/message.inc"
%include "prefix/bios/real/cpu.inc"
%include "prefix/bios/real/a20.inc"
%include "prefix/bios/real/memory_map.inc"
%include "prefix/bios/real/modes.inc"
%include "prefix/bios/real/services.inc"
%include "prefix/bios/real/int15.inc"

text_no_base_memory: db "Kedge: not enough free base memory (below 640 KiB) to start.", 0
text_no_long_mode:   db "Kedge: this CPU has no 64-bit (long) mode; Kedge needs an x86-64 CPU.", 0
text_no_a20:         db "Kedge: address line A20 cannot be switched on.", 0
text_no_map:         db "Kedge: the BIOS gives no memory map (INT 15h E820).", 0

align 16
registers: times Registers_size db 0

resident_end:
%if ($ - $$) > MAP
%error "the resident code does not fit below MAP"
%endif
