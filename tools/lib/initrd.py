"""Initial ramdisks: cpio archives in the "newc" form that Linux unpacks (its
Documentation/driver-api/early-userspace/buffer-format.rst), made without root or mknod."""

import gzip
import os
import shutil
import stat

MODULE_LIST = "modules/order"


class CpioWriter:
    """Writes one archive to a binary file object. Call finish() once."""

    def __init__(self, out):
        self._out = out
        self._inode = 0

    def _entry(self, name, mode, size, rdev=(0, 0)):
        self._inode += 1
        encoded = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, size, 0, 0, *rdev, len(encoded), 0)
        header = b"070701" + b"".join(b"%08x" % field for field in fields) + encoded
        self._out.write(header + b"\0" * (-len(header) % 4))

    def folder(self, name):
        self._entry(name, stat.S_IFDIR | 0o755, 0)

    def device(self, name, major, minor):
        self._entry(name, stat.S_IFCHR | 0o600, 0, (major, minor))

    def data(self, name, content, mode=0o644):
        self._entry(name, stat.S_IFREG | mode, len(content))
        self._out.write(content + b"\0" * (-len(content) % 4))

    def file(self, name, path, mode=0o644):
        size = os.path.getsize(path)
        self._entry(name, stat.S_IFREG | mode, size)
        with open(path, "rb") as source:
            shutil.copyfileobj(source, self._out, 1 << 20)
        self._out.write(b"\0" * (-size % 4))

    def finish(self):
        self._entry("TRAILER!!!", 0, 0)


def build(path, init, busybox, kernel, modules):
    """A gzipped initrd at `path`: the script `init` as /init, busybox, and the kernel modules
    (with what they need) in /modules, listed in load order in /modules/order."""
    temporary = path + ".new"
    with open(temporary, "wb") as raw, gzip.GzipFile(
            "", "wb", compresslevel=6, fileobj=raw, mtime=0) as out:
        archive = CpioWriter(out)
        for folder in ("bin", "dev", "etc", "modules", "proc", "sys", "tmp"):
            archive.folder(folder)
        archive.device("dev/console", 5, 1)
        archive.file("bin/busybox", busybox, 0o755)
        archive.file("init", init, 0o755)
        files = kernel.module_files(modules)
        for file in files:
            archive.file("modules/" + os.path.basename(file), file)
        order = "".join(f"/modules/{os.path.basename(file)}\n" for file in files)
        archive.data(MODULE_LIST, order.encode())
        archive.finish()
    os.rename(temporary, path)


def wrap(path, name, source):
    """An uncompressed archive at `path` with the one file `source` under `name`."""
    with open(path + ".new", "wb") as out:
        archive = CpioWriter(out)
        archive.file(name, source)
        archive.finish()
    os.rename(path + ".new", path)
