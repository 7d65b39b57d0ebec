"""Files that guests load: made once, kept in build/test-artifacts/, the same on every machine."""

import hashlib
import os
import random
import sys

_ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
sys.path.insert(0, os.path.join(_ROOT, "tools", "lib"))

import debian  # noqa: E402
import initrd  # noqa: E402

MEBIBYTE = 1 << 20
PAYLOAD_BYTES = 64 * MEBIBYTE
SMALL_BYTES = 3 * MEBIBYTE + 11  # not a multiple of any block size
UNPACKED = ("lighttpd", "atftpd", "tftpd-hpa", "libwrap0")
# What Kedge starts, and the parts of it that are kept.
GUEST_PACKAGES = {"debian-installer-12-netboot-amd64": ("./usr/*/12/amd64/text/*",)}
GUEST_MODULES = ("virtio_pci", "virtio_net", "af_packet")
INTEL_MODULES = ("e1000", "e1000e")


def _random_file(path, size, seed):
    source = random.Random(seed)
    with open(path + ".new", "wb") as file:
        for start in range(0, size, MEBIBYTE):
            file.write(source.randbytes(min(MEBIBYTE, size - start)))
    os.rename(path + ".new", path)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(MEBIBYTE):
            digest.update(block)
    return digest.hexdigest()


class Artifacts:
    """Paths of the files. prepare() makes what is missing."""

    def __init__(self, build):
        self._folder = os.path.join(os.path.abspath(build), "test-artifacts")
        self._cache = os.path.join(os.path.abspath(build), "cache")
        self.vmlinuz = self._path("vmlinuz")
        self.initrd = self._path("initrd.img")
        self.full_vmlinuz = self._path("vmlinuz-full")
        self.full_initrd = self._path("initrd-full.img")
        self.payload = self._path("payload.bin")
        self.payload_cpio = self._path("payload.cpio")
        self.small = self._path("small.bin")

    def _path(self, name):
        return os.path.join(self._folder, name)

    def prepare(self):
        """Ends the program with a sentence when a Debian package cannot be had."""
        try:
            self._make()
        except debian.PackageError as error:
            sys.exit(f"test artifacts: {error}")

    def _make(self):
        os.makedirs(self._folder, exist_ok=True)
        self._make_guest(debian.kernel(self._cache), self.vmlinuz, self.initrd, GUEST_MODULES)
        self._make_guest(debian.full_kernel(self._cache), self.full_vmlinuz, self.full_initrd,
                         INTEL_MODULES)
        for package in UNPACKED:
            debian.package(package, self._cache)
        for package, parts in GUEST_PACKAGES.items():
            debian.package(package, self._cache, parts)
        if not os.path.exists(self.payload):
            _random_file(self.payload, PAYLOAD_BYTES, seed=64)
        if not os.path.exists(self.small):
            _random_file(self.small, SMALL_BYTES, seed=3)
        if not os.path.exists(self.payload_cpio):
            initrd.wrap(self.payload_cpio, "payload.bin", self.payload)

    def _make_guest(self, kernel, vmlinuz, initrd_path, modules):
        if os.path.lexists(vmlinuz):
            os.remove(vmlinuz)
        os.symlink(kernel.vmlinuz, vmlinuz)
        guest_init = os.path.join(_ROOT, "tests", "system", "guest", "init")
        initrd.build(initrd_path, guest_init, debian.busybox(self._cache), kernel, modules)

    def unpacked(self, package, *path):
        """A file of one of the packages."""
        return os.path.join(self._cache, package, *path)

    def lighttpd(self):
        """Folder of its package: unpacked, because an installed one starts by itself."""
        return debian.package("lighttpd", self._cache)

    def served(self):
        """The files a server offers."""
        return (self.vmlinuz, self.initrd, self.full_vmlinuz, self.full_initrd, self.payload,
                self.payload_cpio, self.small)

    def payload_sha256(self):
        return _cached_sum(self.payload)

    def small_sha256(self):
        return _cached_sum(self.small)


_sums = {}


def _cached_sum(path):
    if path not in _sums:
        _sums[path] = sha256(path)
    return _sums[path]
