#!/usr/bin/env python3
"""Makes a Linux bzImage: SETUP.bin PAYLOAD OUT. Linux boot protocol 2.12."""

import struct
import sys

SETUP_SECTS = 0x1F1
SYSSIZE = 0x1F4
INIT_SIZE = 0x260


def make_lkrn(setup, payload):
    setup = bytearray(setup)
    if len(setup) % 512 or setup[SETUP_SECTS] + 1 != len(setup) // 512:
        raise SystemExit("make-lkrn: setup_sects does not fit the setup part")
    if len(setup) > 0x8000:
        raise SystemExit("make-lkrn: the setup part is larger than 32 KiB")
    payload += bytes(-len(payload) % 16)
    struct.pack_into("<I", setup, SYSSIZE, len(payload) // 16)
    struct.pack_into("<I", setup, INIT_SIZE, (len(payload) + 0xFFF) & ~0xFFF)
    return bytes(setup) + payload


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    with open(sys.argv[1], "rb") as file:
        setup = file.read()
    with open(sys.argv[2], "rb") as file:
        payload = file.read()
    with open(sys.argv[3], "wb") as file:
        file.write(make_lkrn(setup, payload))


if __name__ == "__main__":
    main()
