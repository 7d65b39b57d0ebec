#!/usr/bin/env python3
"""Makes a disk image for BIOS and UEFI: MBR.bin RESIDENT.bin PAYLOAD OUT [BOOTX64.efi].

Layout: boot sector; resident part and payload from sector 1 on; at 1 MiB the EFI system partition,
a FAT16 file system with EFI/BOOT/BOOTX64.EFI. Nothing depends on the time or place of the build.
FAT: Microsoft Extensible Firmware Initiative FAT32 File System Specification 1.03.
"""

import datetime
import os
import struct
import sys

SECTOR = 512
PARTITION_START = 2048          # sectors: 1 MiB
SERIAL = 0x4B454447
# From 0x10000 to the resident part (48 KiB) on machines whose BIOS leaves 620 KiB of base memory or
# more. Where it is less, the resident part itself says so at start.
LOAD_MAX = (620 - 64 - 48) * 1024

# Fields of prefix/bios/mbr.asm and of the boot sector.
MBR_SECTORS = 0x1B0
MBR_DISK_ID = 0x1B8
MBR_PARTITIONS = 0x1BE

ATTRIBUTE_VOLUME = 0x08
ATTRIBUTE_DIRECTORY = 0x10
ATTRIBUTE_ARCHIVE = 0x20


def padded(data, size=SECTOR):
    return data + bytes(-len(data) % size)


class Fat16:
    """A new file system of 512-byte clusters, written once, front to back."""

    ROOT_ENTRIES = 512
    MIN_CLUSTERS = 4200         # fewer than 4085 would be FAT12
    MAX_CLUSTERS = 65000

    def __init__(self, hidden, content_size, time):
        spare = 1024
        self.clusters = max(self.MIN_CLUSTERS, content_size // SECTOR + spare)
        if self.clusters > self.MAX_CLUSTERS:
            raise SystemExit("make-img: the files do not fit a FAT16 file system")
        self.fat_sectors = (self.clusters + 2) * 2 // SECTOR + 1
        self.sectors = 1 + 2 * self.fat_sectors + self.ROOT_ENTRIES * 32 // SECTOR + self.clusters
        self.hidden = hidden
        self.fat = [0xFFF8, 0xFFFF]
        self.data = bytearray()
        moment = datetime.datetime.fromtimestamp(max(time, 315532800), datetime.timezone.utc)
        self.date = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
        self.time = moment.hour << 11 | moment.minute << 5 | moment.second // 2

    def allocate(self, data):
        """Stores data, returns its first cluster (0 if empty)."""
        data = padded(data)
        count = len(data) // SECTOR
        first = len(self.fat)
        for index in range(count):
            self.fat.append(first + index + 1 if index + 1 < count else 0xFFFF)
        self.data += data
        return first if count else 0

    def entry(self, name, attribute, cluster, size):
        base, _, extension = name.partition(".")
        short = base.ljust(8).encode() + extension.ljust(3).encode()
        if name in (".", ".."):
            short = name.ljust(11).encode()
        return struct.pack("<11sBBBHHHHHHHI", short, attribute, 0, 0, self.time, self.date,
                           self.date, 0, self.time, self.date, cluster, size)

    def add_tree(self, tree, parent):
        """Stores a {name: bytes or dict}; returns the directory entries."""
        entries = b""
        for name, node in sorted(tree.items()):
            if isinstance(node, dict):
                # A directory's own cluster comes first: its children point back to it.
                own = self.allocate(bytes(SECTOR))
                entries += self.entry(name, ATTRIBUTE_DIRECTORY, own, 0)
                content = self.entry(".", ATTRIBUTE_DIRECTORY, own, 0)
                content += self.entry("..", ATTRIBUTE_DIRECTORY, parent, 0)
                content += self.add_tree(node, own)
                if len(content) > SECTOR:
                    raise SystemExit("make-img: too many files in a directory")
                at = (own - 2) * SECTOR
                self.data[at:at + SECTOR] = padded(content)
            else:
                entries += self.entry(name, ATTRIBUTE_ARCHIVE, self.allocate(node), len(node))
        return entries

    def image(self, tree):
        root = self.entry("KEDGE", ATTRIBUTE_VOLUME, 0, 0) + self.add_tree(tree, 0)
        boot = struct.pack("<3s8sHBHBHHBHHHII", b"\xEB\x3C\x90", b"KEDGE   ", SECTOR, 1, 1, 2,
                           self.ROOT_ENTRIES, self.sectors if self.sectors < 0x10000 else 0, 0xF8,
                           self.fat_sectors, 63, 255, self.hidden,
                           self.sectors if self.sectors >= 0x10000 else 0)
        boot += struct.pack("<BBBI11s8s", 0x80, 0, 0x29, SERIAL, b"KEDGE      ", b"FAT16   ")
        boot = boot.ljust(510, b"\0") + b"\x55\xAA"
        fat = struct.pack(f"<{len(self.fat)}H", *self.fat).ljust(self.fat_sectors * SECTOR, b"\0")
        root = root.ljust(self.ROOT_ENTRIES * 32, b"\0")
        return (boot + fat + fat + root + self.data).ljust(self.sectors * SECTOR, b"\0")


def chs(lba):
    """Cylinder, head and sector of a partition entry; geometry of 255 heads and 63 sectors."""
    cylinder, rest = divmod(lba, 255 * 63)
    if cylinder > 1023:
        return b"\xFE\xFF\xFF"
    head, sector = divmod(rest, 63)
    return bytes([head, (sector + 1) | (cylinder >> 2 & 0xC0), cylinder & 0xFF])


def make_img(mbr, resident, payload, efi, time):
    if len(mbr) != SECTOR:
        raise SystemExit("make-img: the boot sector is not one sector")
    resident = padded(resident)
    bios = padded(resident + payload)
    if len(bios) > LOAD_MAX:
        raise SystemExit("make-img: the BIOS part does not fit base memory")
    tree = {"EFI": {"BOOT": {"BOOTX64.EFI": efi}}} if efi else {}
    partition = Fat16(PARTITION_START, len(efi), time).image(tree)
    sectors = len(partition) // SECTOR
    boot = bytearray(mbr)
    struct.pack_into("<HH", boot, MBR_SECTORS, len(bios) // SECTOR, len(resident) // SECTOR)
    struct.pack_into("<I", boot, MBR_DISK_ID, SERIAL)
    struct.pack_into("<B3sB3sII", boot, MBR_PARTITIONS, 0x80, chs(PARTITION_START), 0xEF,
                     chs(PARTITION_START + sectors - 1), PARTITION_START, sectors)
    gap = bytes(boot) + bios
    image = gap.ljust(PARTITION_START * SECTOR, b"\0") + partition
    return padded(image, 1 << 20)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    if len(sys.argv) not in (5, 6):
        raise SystemExit(__doc__)
    efi = read(sys.argv[5]) if len(sys.argv) == 6 else b""
    time = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    image = make_img(read(sys.argv[1]), read(sys.argv[2]), read(sys.argv[3]), efi, time)
    with open(sys.argv[4], "wb") as file:
        file.write(image)


if __name__ == "__main__":
    main()
