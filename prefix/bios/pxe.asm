; kedge.pxe: a network boot program. Preboot Execution Environment 2.1, section 3.
;
; A PXE stack loads the whole file to 0:7C00 and calls it. The payload stays where it is: the
; unpacker reads it there.

%include "prefix/bios/real/resident.inc"

bits 16
org 0x7C00

    jmp 0:start                         ; some come in at 07C0:0
    align 8, db 0
    db "KDGP"                           ; for tools/kedge-image
    dd payload - $$
start:
    ; What resident.asm takes off again before it returns.
    pushfd
    push ds
    push es
    push fs
    push gs
    pushad
    mov ax, RESIDENT_SEGMENT
    mov ds, ax
    mov [BootInfo.caller], sp
    mov [BootInfo.caller + 2], ss
    mov [BootInfo.environment], bx
    mov [BootInfo.environment + 2], es
    mov dword [BootInfo.payload], payload
    mov dword [BootInfo.drive], -1
    mov dword [BootInfo.status], 1      ; PXENV_EXIT_FAILURE, unless it goes well
    mov bx, PAYLOAD_SEGMENT
    mov es, bx
    mov ecx, [es:PAYLOAD_APPENDIX_SIZE]
    add ecx, payload_end
    mov [BootInfo.floor], ecx
    mov dword [BootInfo.ceiling], 0xA0000
    jmp RESIDENT_SEGMENT:0

    align 16, db 0
resident:
RESIDENT_SEGMENT equ (0x7C00 + (resident - $$)) / 16
    incbin RESIDENT
    align 16, db 0
payload:
PAYLOAD_SEGMENT equ (0x7C00 + (payload - $$)) / 16
    incbin PAYLOAD
    align 16, db 0
payload_end:
