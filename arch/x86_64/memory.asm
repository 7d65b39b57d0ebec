; memcpy, memmove, memset, memcmp, strlen: what compilers call without being asked. System V ABI.
;
; Plain loops of 64-bit moves: `rep movsb` is as fast on recent CPUs, but costs a start-up on short
; copies and runs byte by byte under emulation.

bits 64

section .text.memory

global memcpy:function hidden
global memmove:function hidden
global memset:function hidden
global memcmp:function hidden
global strlen:function hidden

; RDI to, RSI from, RDX size. Returns RDI.
memmove:
    mov rax, rdi
    sub rax, rsi
    cmp rax, rdx                        ; unsigned: to lies inside [from, from + size)
    jb backward
memcpy:
    mov rax, rdi
    cmp rdx, 32
    jb .words
.block:
    mov rcx, [rsi]
    mov r8, [rsi + 8]
    mov r9, [rsi + 16]
    mov r10, [rsi + 24]
    mov [rdi], rcx
    mov [rdi + 8], r8
    mov [rdi + 16], r9
    mov [rdi + 24], r10
    add rsi, 32
    add rdi, 32
    sub rdx, 32
    cmp rdx, 32
    jae .block
.words:
    cmp rdx, 8
    jb .bytes
    mov rcx, [rsi]
    mov [rdi], rcx
    add rsi, 8
    add rdi, 8
    sub rdx, 8
    jmp .words
.bytes:
    test rdx, rdx
    jz .end
    mov cl, [rsi]
    mov [rdi], cl
    inc rsi
    inc rdi
    dec rdx
    jmp .bytes
.end:
    ret

; From the end, for an overlap upwards.
backward:
    mov rax, rdi
    add rsi, rdx
    add rdi, rdx
.words:
    cmp rdx, 8
    jb .bytes
    sub rsi, 8
    sub rdi, 8
    mov rcx, [rsi]
    mov [rdi], rcx
    sub rdx, 8
    jmp .words
.bytes:
    test rdx, rdx
    jz .end
    dec rsi
    dec rdi
    mov cl, [rsi]
    mov [rdi], cl
    dec rdx
    jmp .bytes
.end:
    ret

; RDI to, ESI byte, RDX size. Returns RDI.
memset:
    mov r8, rdi
    movzx eax, sil
    mov rcx, 0x0101010101010101
    imul rax, rcx
.words:
    cmp rdx, 8
    jb .bytes
    mov [rdi], rax
    add rdi, 8
    sub rdx, 8
    jmp .words
.bytes:
    test rdx, rdx
    jz .end
    mov [rdi], al
    inc rdi
    dec rdx
    jmp .bytes
.end:
    mov rax, r8
    ret

; RDI, RSI, RDX size. EAX < 0, 0, > 0.
memcmp:
    cmp rdx, 8
    jb .bytes
    mov rax, [rdi]
    cmp rax, [rsi]
    jne .bytes                          ; the difference is among the next eight
    add rdi, 8
    add rsi, 8
    sub rdx, 8
    jmp memcmp
.bytes:
    test rdx, rdx
    jz .equal
    movzx eax, byte [rdi]
    movzx ecx, byte [rsi]
    sub eax, ecx
    jne .end
    inc rdi
    inc rsi
    dec rdx
    jmp .bytes
.equal:
    xor eax, eax
.end:
    ret

; RDI: NUL-ended text.
strlen:
    xor eax, eax
.next:
    cmp byte [rdi + rax], 0
    je .end
    inc rax
    jmp .next
.end:
    ret
