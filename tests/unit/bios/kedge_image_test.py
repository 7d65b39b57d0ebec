#!/usr/bin/env python3
"""Tests of tools/kedge-image on the images in build/: what comes out is what it claims to be, and
what is not an image, or damaged, is refused in a sentence. `make unit-tools` runs them."""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools" / "kedge-image"
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
KINDS = ("lkrn", "pxe", "efi", "img")

sys.path.insert(0, str(ROOT / "tools" / "lib"))
import appendix  # noqa: E402
import image_formats  # noqa: E402


def original(kind):
    return BUILD / f"kedge.{kind}"


class KedgeImage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.script = self.file("a.ipxe", b"#!ipxe\necho\n")

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def run_tool(self, *words):
        return subprocess.run([str(TOOL), *map(str, words)], capture_output=True, text=True,
                              check=False)

    def tool(self, *words):
        done = self.run_tool(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, text, *words):
        done = self.run_tool(*words)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^kedge-image: .*" + text)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_everything_out_again(self):
        large = self.file("large", os.urandom(70001))
        for kind in KINDS:
            out, back = self.folder / "out", self.folder / "back"
            self.tool("add", original(kind), "-o", out, "--script", self.script)
            self.tool("add", out, "-o", out, "--file", "x/y=" + large, "--setting", "a:int8=1")
            self.tool("add", out, "-o", out, "--setting", "a=2")
            shown = self.tool("show", out).splitlines()
            self.assertRegex(shown[0], rf"Kedge [\d.]+, {kind}, {out.stat().st_size} bytes")
            self.assertEqual(shown[1:], ["script   a.ipxe 12 bytes", "file     x/y 70001 bytes",
                                         "setting  a=2"])
            self.tool("remove", out, "-o", back, "--file", "x/y")
            self.assertNotIn("x/y", self.tool("show", back))
            for image in (out, back):
                self.tool("remove", image, "-o", image)
                self.assertEqual(image.read_bytes(), original(kind).read_bytes(), kind)

    def test_headers(self):
        out = self.folder / "out"
        large = self.file("large", bytes(5000))
        self.tool("add", original("lkrn"), "-o", out, "--file", large)
        data = out.read_bytes()
        protected = len(data) - (data[0x1F1] + 1) * 512
        self.assertEqual(struct.unpack_from("<I", data, 0x1F4)[0] * 16, protected)
        self.assertGreaterEqual(struct.unpack_from("<I", data, 0x260)[0], protected)
        self.tool("add", original("efi"), "-o", out, "--file", large)
        listed = subprocess.run(["objdump", "-h", str(out)], capture_output=True, text=True,
                                check=True).stdout
        self.assertRegex(listed, r"\.kedge +000013f0 ")

    def test_checksum_is_the_build_s(self):
        """The same sum as prefix/efi/finish_pe.py makes."""
        data = original("efi").read_bytes()
        image = image_formats.Efi(data)
        image.finish(image.base, len(image.sections(data)),
                     struct.unpack_from("<I", data, image.optional + 56)[0])
        self.assertEqual(bytes(image.base), data)

    def test_changed_otherwise_too(self):
        out = self.folder / "out"
        self.tool("add", original("img"), "-o", out, "--script", self.script)
        data = bytearray(out.read_bytes())
        data[-1] ^= 1
        out.write_bytes(data)
        done = self.run_tool("remove", out, "-o", out)
        self.assertIn("has been changed otherwise too", done.stderr)
        expected = bytearray(original("img").read_bytes())
        expected[-1] ^= 1
        self.assertEqual(out.read_bytes(), bytes(expected))

    def test_refusals(self):
        out = self.folder / "out"
        lkrn = original("lkrn")
        self.refused("no image of Kedge", "show", self.script)
        self.refused("No such file", "show", self.folder / "none")
        self.refused("nothing to add", "add", lkrn, "-o", out)
        self.refused("no script", "add", lkrn, "-o", out, "--script", self.file("b", b"echo"))
        self.refused("NAME", "add", lkrn, "-o", out, "--setting", "novalue")
        self.refused("no type int9", "add", lkrn, "-o", out, "--setting", "a:int9=1")
        self.refused("no certificate", "add", lkrn, "-o", out, "--ca", self.script)
        self.refused("there is no file x", "remove", lkrn, "-o", out, "--file", "x")
        big = self.file("big", bytes(600 * 1024))
        self.refused("base memory", "add", original("pxe"), "-o", out, "--file", big)
        self.refused("base memory", "add", original("img"), "-o", out, "--file", big)
        self.assertFalse(out.exists())

    def test_damage(self):
        out = self.folder / "out"
        self.tool("add", original("lkrn"), "-o", out, "--script", self.script)
        data = out.read_bytes()
        out.write_bytes(data[:-1])
        self.refused("cut or damaged", "show", out)
        out.write_bytes(data[:-20] + b"?" + data[-19:])
        self.refused("cut or damaged", "show", out)

    def test_signed(self):
        out = self.folder / "out"
        data = bytearray(original("efi").read_bytes())
        struct.pack_into("<II", data, image_formats.Efi(data).optional + 144, len(data), 8)
        out.write_bytes(data + bytes(8))
        self.refused("signed", "add", out, "-o", out, "--script", self.script)
        self.assertIn("nothing added", self.tool("show", out))

    def test_esp_full(self):
        disk = bytearray(original("img").read_bytes())
        image = image_formats.Img(bytearray(disk))
        files = image_formats.Fat16(disk, image.partition)
        before = bytes(disk)
        with self.assertRaisesRegex(appendix.ImageError, "too small by"):
            files.replace(image.FILE, bytes(4 << 20))
        self.assertEqual(bytes(disk), before)


if __name__ == "__main__":
    unittest.main()
