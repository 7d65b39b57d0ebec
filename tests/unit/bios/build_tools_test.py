#!/usr/bin/env python3
"""Tests of tools/build: what they refuse, and that their output is what it claims to be.

`make unit-tools` runs them.
"""

import importlib.util
import lzma
import pathlib
import struct
import subprocess
import tempfile
import unittest
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[3]


def load(name):
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"),
                                                  ROOT / "tools" / "build" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


payload_tool = load("make-payload")
lkrn_tool = load("make-lkrn")
img_tool = load("make-img")


UNPACKER = b"UUUUUUUUKDGE".ljust(32, b"\0") + b"U" * 32


def link(source):
    """A small body linked with the real linker script."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "a.c").write_text(source)
        subprocess.run(["gcc", "-c", "-fPIE", "-O1", "-ffreestanding", "-fno-stack-protector",
                        "-fno-asynchronous-unwind-tables", "-fcf-protection=none",
                        "a.c", "-o", "a.o"], cwd=path, check=True)
        done = subprocess.run(["ld", "-m", "elf_x86_64", "-pie", "--no-dynamic-linker",
                               "-z", "norelro", "-z", "noexecstack",
                               "--no-warn-rwx-segments", "-T",
                               str(ROOT / "prefix" / "bios" / "body.ld"), "a.o", "-o", "a.elf"],
                              cwd=path, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return (path / "a.elf").read_bytes()


class Payload(unittest.TestCase):
    SOURCE = """
        int zero[100];
        int value = 7;
        int *pointers[2] = {&value, &zero[3]};
        int body_entry(void) { return *pointers[1] + value; }
    """

    def test_round_trip(self):
        elf = link(self.SOURCE)
        packed = payload_tool.make_payload(UNPACKER, elf, "1.2.3")
        self.assertEqual(packed[:8] + packed[32:64], b"U" * 40)
        self.assertEqual(struct.unpack_from("<4sII12s", packed, 8),
                         (b"KDGE", len(packed), 0, b"1.2.3".ljust(12, b"\0")))
        fields = struct.unpack_from("<8I", packed, 64)
        magic, stream_size, image_size, memory_size, relocations, entry, crc, code_size = fields
        self.assertEqual(magic, 0x4247444B)
        self.assertEqual(len(packed), (64 + 32 + stream_size + 15) // 16 * 16)
        unpacked = lzma.decompress(packed[96:96 + stream_size], format=lzma.FORMAT_RAW,
                                   filters=[payload_tool.MODEL])
        # Too small to hold a call: the filter changed nothing.
        self.assertEqual(zlib.crc32(unpacked), crc)
        self.assertLessEqual(code_size, image_size)
        self.assertEqual(len(unpacked), image_size + 4 * relocations)
        self.assertEqual(relocations, 2)
        self.assertGreaterEqual(memory_size, image_size + 400)
        self.assertLess(entry, image_size)
        offsets = struct.unpack_from("<2I", unpacked, image_size)
        targets = [struct.unpack_from("<Q", unpacked, offset)[0] for offset in offsets]
        self.assertTrue(any(struct.unpack_from("<I", unpacked, t)[0] == 7
                            for t in targets if t + 4 <= image_size))
        self.assertTrue(any(image_size <= t < memory_size for t in targets))

    def test_call_filter(self):
        code = bytes([0x90, 0xE8]) + struct.pack("<i", 3) + b"abcdefghij"
        filtered = payload_tool.call_filter(code)
        self.assertEqual(filtered[2:6], struct.pack("<i", 3 + 2))
        far = bytes([0xE9]) + struct.pack("<i", 100000) + b"abc"
        self.assertEqual(payload_tool.call_filter(far), far)
        wraps = bytes([0x90, 0xE8]) + struct.pack("<i", 15) + b"abcdefghij"
        self.assertEqual(payload_tool.call_filter(wraps)[2:6], struct.pack("<i", -1))

    def test_deterministic(self):
        elf = link(self.SOURCE)
        self.assertEqual(payload_tool.make_payload(UNPACKER, elf),
                         payload_tool.make_payload(UNPACKER, elf))

    def test_other_unpackers_are_refused(self):
        with self.assertRaisesRegex(SystemExit, "does not begin"):
            payload_tool.make_payload(bytes(64), link(self.SOURCE))

    def test_constructors_do_not_link(self):
        with self.assertRaisesRegex(RuntimeError, "constinit"):
            link(self.SOURCE + "__attribute__((constructor)) void f(void) { value = 8; }")

    def test_other_relocations_are_refused(self):
        elf = bytearray(link(self.SOURCE))
        parsed = payload_tool.Elf(bytes(elf))
        rela = next(h for name, h in parsed.sections if name == ".rela.dyn")
        struct.pack_into("<Q", elf, rela[4] + 8, 1)
        with self.assertRaisesRegex(SystemExit, "RELATIVE"):
            payload_tool.make_payload(UNPACKER, bytes(elf))

    def test_not_elf(self):
        with self.assertRaises(SystemExit):
            payload_tool.make_payload(UNPACKER, b"MZ" + bytes(100))


class Lkrn(unittest.TestCase):
    def setup_part(self, sectors=6):
        setup = bytearray(sectors * 512)
        setup[0x1F1] = sectors - 1
        return bytes(setup)

    def test_sizes(self):
        image = lkrn_tool.make_lkrn(self.setup_part(), b"x" * 100)
        self.assertEqual(len(image), 6 * 512 + 112)
        self.assertEqual(struct.unpack_from("<I", image, 0x1F4)[0], 7)
        self.assertEqual(struct.unpack_from("<I", image, 0x260)[0], 0x1000)

    def test_wrong_setup_size(self):
        with self.assertRaises(SystemExit):
            lkrn_tool.make_lkrn(self.setup_part() + bytes(512), b"x")
        with self.assertRaises(SystemExit):
            lkrn_tool.make_lkrn(self.setup_part() + b"x", b"x")
        with self.assertRaises(SystemExit):
            lkrn_tool.make_lkrn(self.setup_part(65), b"x")


class Img(unittest.TestCase):
    MBR = bytes(510) + b"\x55\xAA"

    def make(self, efi=b"", payload=b"P" * 1000, time=0):
        return img_tool.make_img(self.MBR, b"R" * 700, payload, efi, time)

    def test_boot_sector(self):
        image = self.make()
        self.assertEqual(struct.unpack_from("<HH", image, 0x1B0), (4, 2))
        self.assertEqual(image[512:512 + 700], b"R" * 700)
        self.assertEqual(image[512 + 1024:512 + 2024], b"P" * 1000)
        status, kind = image[0x1BE], image[0x1C2]
        self.assertEqual((status, kind), (0x80, 0xEF))
        start, sectors = struct.unpack_from("<II", image, 0x1C6)
        self.assertEqual(start, 2048)
        self.assertLessEqual((start + sectors) * 512, len(image))
        self.assertEqual(image[510:512], b"\x55\xAA")

    def test_too_large_for_base_memory(self):
        room = 508 * 1024 - 2 * 512     # the resident part has two sectors
        self.make(payload=bytes(room))
        with self.assertRaisesRegex(SystemExit, "base memory"):
            self.make(payload=bytes(room + 1))

    def test_same_bytes_for_same_input(self):
        efi = bytes(range(256)) * 300
        self.assertEqual(self.make(efi), self.make(efi))
        self.assertNotEqual(self.make(efi, time=400000000), self.make(efi))

    def test_file_comes_back(self):
        """Follows directories and cluster chains as a reader would."""
        for size in (1, 511, 512, 513, 70000, 3000000):
            efi = (bytes(range(251)) * (size // 251 + 1))[:size]
            volume = self.make(efi)[1 << 20:]
            self.assertEqual(read_file(volume, ["EFI", "BOOT", "BOOTX64.EFI"]), efi)

    def test_large_file_is_refused(self):
        with self.assertRaises(SystemExit):
            img_tool.Fat16(2048, 65000 * 512, 0)


def read_file(volume, path):
    reserved, fats, entries = struct.unpack_from("<HBH", volume, 14)
    fat_sectors = struct.unpack_from("<H", volume, 22)[0]
    fat = struct.unpack_from(f"<{fat_sectors * 256}H", volume, reserved * 512)
    root = (reserved + fats * fat_sectors) * 512
    data = root + entries * 32
    total = struct.unpack_from("<H", volume, 19)[0] or struct.unpack_from("<I", volume, 32)[0]
    clusters = (total * 512 - data) // 512
    assert 4085 <= clusters < 65525, "not FAT16"

    def chain(cluster):
        content = b""
        while 2 <= cluster < 0xFFF8:
            assert cluster - 2 < clusters
            content += volume[data + (cluster - 2) * 512:data + (cluster - 1) * 512]
            cluster = fat[cluster]
        return content

    directory = volume[root:data]
    for name in path:
        base, _, extension = name.partition(".")
        short = base.ljust(8).encode() + extension.ljust(3).encode()
        for at in range(0, len(directory), 32):
            entry = directory[at:at + 32]
            if entry[:11] == short:
                cluster, size = struct.unpack_from("<HI", entry, 26)
                content = chain(cluster)
                directory = content if entry[11] & 0x10 else content[:size]
                break
        else:
            raise AssertionError(f"no {name}")
    return directory


if __name__ == "__main__":
    unittest.main()
