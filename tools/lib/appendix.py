"""The appendix of an image: what prefix/common/appendix.h reads.

  0  8  "KedgeAdd"
  8  4  version, 1
 12  4  size of everything, a multiple of 16
 16  4  CRC-32 of what follows
 20  4  number of entries
 24  8  0
 32     entries: u16 type, u16 size of the name, u32 size of the data, name, data, padding to 4

All numbers are little-endian.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass

MAGIC = b"KedgeAdd"
VERSION = 1
HEADER = 32

BASE, SCRIPT, FILE, SETTING, CERTIFICATE = range(5)
KINDS = {SCRIPT: "script", FILE: "file", SETTING: "setting", CERTIFICATE: "ca"}


class ImageError(Exception):
    """Something the user can be told in one sentence."""


@dataclass(frozen=True)
class Entry:
    kind: int
    name: str
    data: bytes


def encode(entries, base):
    """The appendix for an image whose bytes were `base`."""
    digest = Entry(BASE, "", hashlib.sha256(base).digest() + struct.pack("<I", len(base)))
    body = b""
    for entry in [digest, *entries]:
        name = entry.name.encode()
        if len(name) > 255:
            raise ImageError(f"the name {entry.name!r} is longer than 255 bytes")
        one = struct.pack("<HHI", entry.kind, len(name), len(entry.data)) + name + entry.data
        body += one + bytes(-len(one) % 4)
    body += bytes(-len(body) % 16)
    summed = struct.pack("<I8x", len(entries) + 1) + body
    return struct.pack("<8sIII", MAGIC, VERSION, len(summed) + 20, zlib.crc32(summed)) + summed


def decode(data):
    """(entries, digest of the image before) of an appendix; ([], None) of no bytes."""
    if not data:
        return [], None
    if len(data) < HEADER or data[:8] != MAGIC:
        raise ImageError("what follows the image is no appendix of kedge-image")
    version, size, crc, count = struct.unpack_from("<IIII", data, 8)
    if version != VERSION:
        raise ImageError(f"the appendix is of version {version}, this program knows {VERSION}")
    if not HEADER <= size <= len(data) or zlib.crc32(data[20:size]) != crc:
        raise ImageError("the appendix is cut or damaged")
    entries, digest, at = [], None, HEADER
    for _ in range(count):
        kind, name_size, data_size = struct.unpack_from("<HHI", data, at)
        at += 8
        name = data[at:at + name_size].decode()
        content = data[at + name_size:at + name_size + data_size]
        at += name_size + data_size
        at += -at % 4
        if at > size:
            raise ImageError("the appendix is damaged")
        if kind == BASE:
            digest = content
        else:
            entries.append(Entry(kind, name, content))
    return entries, digest


def is_base(digest, image):
    """Are these the bytes that encode() was given?"""
    return digest == hashlib.sha256(image).digest() + struct.pack("<I", len(image))
