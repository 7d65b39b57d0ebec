#!/usr/bin/env python3
"""Finishes the PE file that objcopy wrote: no time stamp, NX compatible, right checksum; and checks
what a strict loader checks. PE/COFF specification, sections 3 and 4.

usage: finish_pe.py FILE"""
import struct
import sys

NX_COMPAT = 0x0100
WRITE, EXECUTE = 0x80000000, 0x20000000


def checksum(data, at):
    """The sum of all 16-bit words with carries added back, without the field itself, plus length."""
    total = 0
    padded = bytes(data) + b"\0" * (len(data) % 2)
    for offset in range(0, len(padded), 2):
        if at <= offset < at + 4:
            continue
        total += padded[offset] | padded[offset + 1] << 8
        total = (total & 0xFFFF) + (total >> 16)
    return total + len(data)


def main():
    path = sys.argv[1]
    with open(path, "rb") as file:
        data = bytearray(file.read())
    coff = struct.unpack_from("<I", data, 0x3C)[0] + 4
    count, = struct.unpack_from("<H", data, coff + 2)
    optional_size, = struct.unpack_from("<H", data, coff + 16)
    optional = coff + 20
    if struct.unpack_from("<H", data, optional)[0] != 0x20B:
        sys.exit("%s: not PE32+" % path)
    struct.pack_into("<I", data, coff + 4, 0)  # TimeDateStamp
    struct.pack_into("<I", data, coff + 8, 0)  # PointerToSymbolTable
    struct.pack_into("<I", data, coff + 12, 0)  # NumberOfSymbols
    flags, = struct.unpack_from("<H", data, optional + 70)
    struct.pack_into("<H", data, optional + 70, flags | NX_COMPAT)

    end = struct.unpack_from("<I", data, optional + 60)[0]  # SizeOfHeaders
    for index in range(count):
        header = optional + optional_size + 40 * index
        name = bytes(data[header:header + 8]).rstrip(b"\0").decode()
        size, address = struct.unpack_from("<II", data, header + 8)
        characteristics, = struct.unpack_from("<I", data, header + 36)
        if characteristics & WRITE and characteristics & EXECUTE:
            sys.exit("%s: section %s is writable and executable" % (path, name))
        if address % 4096 or address < end:
            sys.exit("%s: section %s is misplaced" % (path, name))
        end = address + size
    image_size, = struct.unpack_from("<I", data, optional + 56)
    if image_size < end or image_size % 4096:
        sys.exit("%s: SizeOfImage is wrong" % path)

    struct.pack_into("<I", data, optional + 64, checksum(data, optional + 64))
    with open(path, "wb") as file:
        file.write(data)


main()
