; kedge.img: the boot sector. Reads the resident part and the payload, which lie one after the other
; in the gap before the first partition, to 0x10000 and starts them.
;
; Enhanced Disk Drive Specification 3.0 (INT 13h AH=42h); cylinders, heads and sectors by AH=08h
; where the BIOS has no extensions.

%include "prefix/bios/real/resident.inc"

LOAD_SEGMENT equ 0x1000

bits 16
org 0x7C00

    cli
    xor ax, ax
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov sp, 0x7C00
    sti
    cld
    mov [drive], dl
    jmp 0:start                         ; some BIOSes start us at 07C0:0
start:
    mov ah, 0x41
    mov bx, 0x55AA
    mov dl, [drive]
    int 0x13
    jc .geometry
    cmp bx, 0xAA55
    jne .geometry
    test cl, 1
    jz .geometry
    mov byte [extensions], 1
    jmp .next
.geometry:
    mov ah, 8
    mov dl, [drive]
    xor di, di
    mov es, di
    int 0x13
    jc read_error
    and cx, 0x3F
    jz read_error
    mov [sectors_per_track], cx
    movzx ax, dh
    inc ax
    mov [heads], ax

.next:
    mov cx, [sectors]
    jcxz .loaded
    call read_some
    jmp .next

.loaded:
    mov ax, LOAD_SEGMENT
    mov es, ax
    movzx eax, word [payload_sector]
    shl eax, 9
    add eax, LOAD_SEGMENT * 16
    mov [es:BootInfo.payload], eax
    movzx eax, byte [drive]
    mov [es:BootInfo.drive], eax
    movzx eax, word [packet.segment]
    shl eax, 4
    mov [es:BootInfo.floor], eax
    mov dword [es:BootInfo.ceiling], 0xA0000
    jmp LOAD_SEGMENT:0

; Reads up to CX sectors and moves on.
read_some:
    cmp byte [extensions], 0
    je .one
    cmp cx, 32
    jbe .count
    mov cx, 32
.count:
    mov [packet.count], cx
    mov si, packet
    mov ah, 0x42
    jmp .read
.one:
    mov eax, [packet.lba]               ; below 2^16 * 63
    xor edx, edx
    movzx ebx, word [sectors_per_track]
    div ebx
    mov cx, dx
    inc cx                              ; sectors count from 1
    xor edx, edx
    movzx ebx, word [heads]
    div ebx
    mov dh, dl
    mov ch, al
    shl ah, 6
    or cl, ah
    mov word [packet.count], 1
    mov es, [packet.segment]
    xor bx, bx
    mov ax, 0x0201
.read:
    mov bp, 3                           ; floppies need a second try
.again:
    pusha
    mov dl, [drive]
    int 0x13
    jnc .good
    mov [error], ah
    xor ah, ah
    mov dl, [drive]
    int 0x13
    popa
    dec bp
    jnz .again
    jmp read_error
.good:
    popa
    mov ax, [packet.count]
    sub [sectors], ax
    movzx ecx, ax
    add [packet.lba], ecx
    shl ax, 5
    add [packet.segment], ax
    ret

read_error:
    mov al, [error]
    aam 16                              ; AH and AL: the two digits
    mov bx, hexadecimal
    xlatb
    mov [digits + 1], al
    mov al, ah
    xlatb
    mov [digits], al
    mov si, text_read
fail:
    mov ah, 0x0E
    mov bx, 7
    lodsb
    test al, al
    jz .end
    int 0x10
    jmp fail
.end:
    int 0x18
.stop:
    hlt
    jmp .stop

hexadecimal: db "0123456789ABCDEF"
text_read:   db "Kedge: cannot read the boot disk (error "
digits:      db "00).", 13, 10, 0
drive:       db 0
extensions:  db 0
error:       db 0
sectors_per_track: dw 0
heads:       dw 0

    align 4, db 0
packet:
    db 16, 0
.count:
    dw 0
    dw 0
.segment:
    dw LOAD_SEGMENT
.lba:
    dd 1, 0

; Filled in by tools/build/make-img.py.
    times 0x1B0 - ($ - $$) db 0
sectors:        dw 0                    ; to read, from the second sector of the disk on
payload_sector: dw 0                    ; where among them the payload begins
    times 0x1FE - ($ - $$) db 0
    dw 0xAA55
