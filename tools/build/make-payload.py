#!/usr/bin/env python3
"""Packs the BIOS body: VERSION UNPACKER.bin BODY.elf OUT.

OUT is the unpacker, a 32-byte header (prefix/bios/payload.h) and the body as a raw LZMA stream:
the flat image followed by the offsets of the words that must be relocated. The unpacker's first
bytes get the payload's size and the version.
"""

import lzma
import struct
import sys
import zlib

SHF_ALLOC = 2
SHT_NOBITS = 8
SHT_RELA = 4
R_X86_64_RELATIVE = 8
MAGIC = 0x4247444B
FRONT_MAGIC = b"KDGE"
FRONT = 8           # magic, sizes of payload and appendix, version
VERSION_SIZE = 12
MODEL = {"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 0,
         "dict_size": 1 << 24}


class Elf:
    """The few parts of an ELF64 file we need: sections by name and symbols by name."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise SystemExit("make-payload: not a 64-bit little-endian ELF file")
        self.data = data
        self.entry = struct.unpack_from("<Q", data, 24)[0]
        offset = struct.unpack_from("<Q", data, 40)[0]
        size, count, names = struct.unpack_from("<HHH", data, 58)
        headers = [struct.unpack_from("<IIQQQQIIQQ", data, offset + i * size)
                   for i in range(count)]
        strings = headers[names][4]
        self.sections = [(self.text(strings + h[0]), h) for h in headers]

    def text(self, offset):
        return self.data[offset:self.data.index(b"\0", offset)].decode()

    def contents(self, header):
        return self.data[header[4]:header[4] + header[5]]

    def symbol(self, name):
        for section, header in self.sections:
            if section != ".symtab":
                continue
            strings = self.sections[header[6]][1][4]
            for entry in struct.iter_unpack("<IBBHQQ", self.contents(header)):
                if self.text(strings + entry[0]) == name:
                    return entry[4]
        raise SystemExit(f"make-payload: no symbol {name}")


def flat_image(elf):
    """(image bytes, memory size, relocation offsets)"""
    size = elf.symbol("__image_end")
    image = bytearray(size)
    for _, header in elf.sections:
        kind, flags, address = header[1], header[2], header[3]
        if flags & SHF_ALLOC and kind != SHT_NOBITS and address < size:
            image[address:address + header[5]] = elf.contents(header)
    if len(image) != size:
        raise SystemExit("make-payload: a section crosses __image_end")
    offsets = []
    for name, header in elf.sections:
        if header[1] != SHT_RELA or not header[2] & SHF_ALLOC:
            continue
        for place, info, addend in struct.iter_unpack("<QQq", elf.contents(header)):
            if info != R_X86_64_RELATIVE or place + 8 > size:
                raise SystemExit(f"make-payload: {name}: relocation type {info & 0xffffffff} "
                                 f"at {place:#x}; only RELATIVE ones inside the image can be done")
            struct.pack_into("<q", image, place, addend)
            offsets.append(place)
    return bytes(image), elf.symbol("__memory_end"), sorted(offsets)


def call_filter(code):
    """Distances of calls and jumps become addresses: include/boot/call_filter.h."""
    code = bytearray(code)
    size = len(code)
    at = 0
    while at + 5 <= size:
        if code[at] & 0xFE != 0xE8:
            at += 1
            continue
        position = at + 1
        distance = struct.unpack_from("<i", code, position)[0]
        if -position <= distance < size - position:
            struct.pack_into("<i", code, position, distance + position)
        elif size - position <= distance < size:
            struct.pack_into("<i", code, position, distance - size)
        at += 5
    return bytes(code)


def make_payload(unpacker, body, version="0"):
    elf = Elf(body)
    image, memory, offsets = flat_image(elf)
    text = elf.symbol("__text_end")
    relocations = b"".join(struct.pack("<I", offset) for offset in offsets)
    stream = lzma.compress(call_filter(image[:text]) + image[text:] + relocations,
                           format=lzma.FORMAT_RAW, filters=[MODEL])
    header = struct.pack("<8I", MAGIC, len(stream), len(image), memory, len(offsets), elf.entry,
                         zlib.crc32(image + relocations), text)
    payload = bytearray(unpacker + header + stream)
    payload += bytes(-len(payload) % 16)
    if payload[FRONT:FRONT + 4] != FRONT_MAGIC or len(version) > VERSION_SIZE:
        raise SystemExit("make-payload: the unpacker does not begin as payload.h says")
    struct.pack_into(f"<II{VERSION_SIZE}s", payload, FRONT + 4, len(payload), 0, version.encode())
    return bytes(payload)


def main():
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    with open(sys.argv[2], "rb") as file:
        unpacker = file.read()
    with open(sys.argv[3], "rb") as file:
        body = file.read()
    with open(sys.argv[4], "wb") as file:
        file.write(make_payload(unpacker, body, sys.argv[1]))


if __name__ == "__main__":
    main()
