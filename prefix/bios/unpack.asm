; The first bytes of the payload: entry points of the unpacker.

%include "prefix/bios/real/resident.inc"

bits 32

section .head progbits alloc exec

extern unpack_main

; The 32-bit entry of the Linux boot protocol: ESI = boot_params.
    jmp near linux32
    align 8, db 0
    dd PAYLOAD_MAGIC
    dd 0, 0                             ; sizes of payload and appendix, see payload.h
    times PAYLOAD_ENTRY - ($ - $$) db 0

bits 64

; PAYLOAD_ENTRY: RDI = BootInfo, on the real-mode stack of the resident part.
    jmp unpack_main

; The BIOS is only at hand in real mode: put a copy of the resident part into low memory and start
; it there. No stack is promised; boot_params has a scratch word.

bits 32

BOOT_PARAMS_EFI     equ 0x1C0           ; "EL32" or "EL64"
BOOT_PARAMS_SCRATCH equ 0x1E4
BOOT_PARAMS_INITRD  equ 0x218           ; address, size
BOOT_PARAMS_LINE    equ 0x228
BASE_MEMORY         equ 0x413

LOW_PLACE           equ 0x7C00
OTHER_LOW_PLACE     equ 0x10000         ; if the command line is in the first one
LINE_MAX            equ 0x800

linux32:
    cld
    lea esp, [esi + BOOT_PARAMS_SCRATCH + 4]
    call .here
.here:
    pop ebx
    sub ebx, .here - $$                 ; where the payload is
    lea edi, [ebx + text_efi - $$]
    cmp dword [esi + BOOT_PARAMS_EFI], 0
    jne refuse

    lea edx, [ebx + resident - $$]
    mov [edx + BootInfo.payload], ebx
    mov eax, [esi + BOOT_PARAMS_INITRD]
    mov [edx + BootInfo.initrd], eax
    mov eax, [esi + BOOT_PARAMS_INITRD + 4]
    mov [edx + BootInfo.initrd_size], eax
    mov dword [edx + BootInfo.drive], -1
    mov dword [edx + BootInfo.floor], OTHER_LOW_PLACE + 0x1000
    mov ecx, [esi + BOOT_PARAMS_LINE]
    mov [edx + BootInfo.command_line], ecx

    ; Neither copy may cover the command line.
    mov dword [edx + BootInfo.ceiling], 0xA0000
    movzx eax, word [BASE_MEMORY]
    shl eax, 10
    sub eax, RESIDENT_SIZE + 0x1000 + LINE_MAX
    cmp ecx, eax
    jb .below
    cmp ecx, 0xA0000
    jae .below
    mov [edx + BootInfo.ceiling], ecx
.below:
    mov ebp, LOW_PLACE
    lea eax, [ecx + LINE_MAX]
    cmp eax, LOW_PLACE
    jbe .copy
    cmp ecx, LOW_PLACE + RESIDENT_CODE_MAX
    jae .copy
    mov ebp, OTHER_LOW_PLACE
.copy:
    mov eax, ebp
    shr eax, 4
    mov [edx + BootInfo.real_entry + 2], ax
    mov esi, edx
    mov edi, ebp
    mov ecx, resident_end - resident
    rep movsb

    ; Segments as real mode has them; the code segment begins at the copy.
    lea eax, [ebx + gdt - $$]
    mov [eax + 8 + 2], bp
    shr ebp, 16
    mov ecx, ebp
    mov [eax + 8 + 4], cl
    mov [eax + 2], eax                  ; the null descriptor holds the pointer
    lgdt [eax]
    jmp 8:RESIDENT_FROM_PROTECTED

; EDI: text for COM1. There is nothing else to talk to.
refuse:
    mov dx, 0x3F8
    mov al, [edi]
    test al, al
    jz .stop
    out dx, al
    mov ecx, 0x10000                    ; longer than a character takes
.wait:
    in al, 0x80
    loop .wait
    inc edi
    jmp refuse
.stop:
    hlt
    jmp .stop

text_efi: db "Kedge: kedge.lkrn needs a BIOS; use kedge.efi on UEFI machines.", 13, 10, 0

align 8, db 0
gdt:
    dw gdt_end - gdt - 1
    dd 0
    dw 0
    dq 0x00009B000000FFFF
    dq 0x000093000000FFFF
gdt_end:

align 16, db 0
resident:
    incbin RESIDENT
resident_end:
