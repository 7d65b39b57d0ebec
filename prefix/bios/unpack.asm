; The first bytes of the payload: entry points of the unpacker.

bits 32

section .head

extern unpack_main

; A loader that uses the 32-bit Linux protocol comes here; we need the real-mode half.
    cli
.stop:
    hlt
    jmp .stop
    times 0x20 - ($ - $$) db 0

bits 64

; PAYLOAD_ENTRY: RDI = BootInfo, on the real-mode stack of the resident part.
    jmp unpack_main
