; kedge.lkrn: the real-mode half of a Linux bzImage. Linux boot protocol 2.12.
;
; tools/build/make-lkrn.py fills in the sizes and appends the payload, which loaders put where a
; kernel's protected-mode half goes.

%include "prefix/bios/real/resident.inc"

bits 16
org 0

    times 0x1F1 - ($ - $$) db 0
    db setup_sectors - 1                ; without the boot sector
    dw 0                                ; root_flags
    dd 0                                ; syssize, filled in
    dw 0
    dw 0xFFFF                           ; vid_mode: normal
    dw 0
    dw 0xAA55
    jmp short start                     ; 0x200
    db "HdrS"
    dw 0x020C
    dd 0                                ; realmode_swtch
    dw 0x1000
    dw version - 0x200
    db 0                                ; type_of_loader
    db 1                                ; loadflags: LOADED_HIGH
    dw 0x8000
code32_start:
    dd 0x100000
ramdisk_image: dd 0
ramdisk_size:  dd 0
    dd 0
    dw 0                                ; heap_end_ptr
    db 0, 0
cmd_line_ptr:  dd 0
    dd 0x7FFFFFFF                       ; initrd_addr_max: what every loader can add to
    dd 0x1000                           ; kernel_alignment
    db 0, 12                            ; not relocatable; min_alignment
    dw 0                                ; xloadflags: no 64-bit or EFI entry
    dd 0x7FF                            ; cmdline_size
    dd 0
    dq 0
    dd 0, 0                             ; payload: not a compressed kernel
    dq 0                                ; setup_data
    dq 0x100000                         ; pref_address
    dd 0                                ; init_size, filled in
    dd 0

start:
    cld
    mov ax, cs
    sub ax, 0x20
    mov ds, ax
    movzx ebp, ax
    shl ebp, 4                          ; where we are
    add ax, (resident - $$) >> 4
    mov es, ax
    mov eax, [code32_start]
    mov [es:BootInfo.payload], eax
    mov eax, [ramdisk_image]
    mov [es:BootInfo.initrd], eax
    mov eax, [ramdisk_size]
    mov [es:BootInfo.initrd_size], eax
    mov eax, [cmd_line_ptr]
    mov [es:BootInfo.command_line], eax
    mov dword [es:BootInfo.drive], -1
    mov dword [es:BootInfo.floor], 0x10000

    ; The resident part goes to the top of base memory, unless we or our command line are there:
    ; then below the lower of the two.
    int 0x12
    movzx eax, ax
    shl eax, 10
    lea ebx, [eax - (RESIDENT_SIZE + 0x1000)]
    lea ecx, [ebp + 0x10000]
    cmp ecx, ebx
    jbe .command_line
    mov eax, ebp
.command_line:
    lea ebx, [eax - (RESIDENT_SIZE + 0x1000)]
    mov ecx, [cmd_line_ptr]
    cmp ecx, eax
    jae .ceiling
    add ecx, 0x800
    cmp ecx, ebx
    jbe .ceiling
    sub ecx, 0x800
    jz .ceiling                         ; none
    mov eax, ecx
.ceiling:
    mov [es:BootInfo.ceiling], eax
    push es
    push word 0
    retf

version: db "Kedge", 0

    align 16, db 0
resident:
    incbin RESIDENT
    align 512, db 0
setup_sectors equ ($ - $$) / 512
