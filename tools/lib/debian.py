#!/usr/bin/env python3
"""Debian packages as data: fetched with apt-get, unpacked into a cache folder, never installed.

The kernel that Kedge is shown booting, and the busybox of its initrd, come from here. No root.
Run as a program it prints the paths it made available.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

KERNEL_METAPACKAGE = "linux-image-cloud-amd64"
# The kernel for machines that are no cloud's, for the drivers of their network cards. Only these
# parts of its 400 MB are kept.
FULL_METAPACKAGE = "linux-image-amd64"
FULL_PARTS = ["./boot/vmlinuz-*"] + ["./lib/modules/*/kernel/" + part for part in (
    "drivers/net/*.ko", "drivers/net/ethernet/intel/*", "drivers/pps/*", "drivers/ptp/*",
    "drivers/virtio/*", "net/core/*")]


class PackageError(Exception):
    """A package could not be had; the text says which and what apt-get said."""


class DownloadError(PackageError):
    """Not in the cache and apt-get cannot get it; new package lists may help."""


def _run(arguments, **keywords):
    return subprocess.run(arguments, text=True, capture_output=True, **keywords)


def _update_lists():
    """One `apt-get update`, by root or sudo. A failure shows later, as a missing package."""
    command = ["apt-get", "update", "-q"]
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise PackageError("apt's package lists are missing or old, and there is no sudo: "
                               "run `apt-get update` as root")
        command = ["sudo", *command]
    print("package lists: " + " ".join(command), file=sys.stderr)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


def _kernel_package(metapackage=KERNEL_METAPACKAGE):
    """Name of the versioned package that the metapackage depends on, or None."""
    shown = _run(["apt-cache", "depends", metapackage]).stdout
    match = re.search(r"Depends: (linux-image-\S+)", shown)
    return match.group(1) if match else None


def _download(package, folder):
    result = _run(["apt-get", "download", "-q", package], cwd=folder)
    found = glob.glob(os.path.join(folder, package + "_*.deb"))
    return (found[0], "") if result.returncode == 0 and found else (None, result.stderr.strip())


def _newest_unpacked(name_of, cache, parts=()):
    """As _unpack(), for the package whose name name_of() gives (None: apt's lists do not know it).

    Old lists name a package that the mirror no longer has; new lists may name another one."""
    package = name_of()
    try:
        if package is not None:
            return _unpack(package, cache, parts)
    except DownloadError:
        pass
    _update_lists()
    package = name_of()
    if package is None:
        raise PackageError("apt does not know the kernel's package: is this Debian 12 (amd64)?")
    return _unpack(package, cache, parts)


def _extract(deb, tree, parts):
    """All of a package's files, or those whose names match `parts`. What tar or dpkg-deb said."""
    if not parts:
        return _run(["dpkg-deb", "-x", deb, tree])
    os.mkdir(tree)
    command = 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --wildcards "${@:3}"'
    return _run(["bash", "-o", "pipefail", "-c", command, "bash", deb, tree, *parts])


def _unpack(package, cache, parts=()):
    """Folder that holds `package` unpacked; downloads it when the cache does not have it."""
    final = os.path.join(cache, package)
    if os.path.isdir(final):
        return final
    os.makedirs(cache, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as work:
        deb, error = _download(package, work)
        if deb is None:
            raise DownloadError(f"cannot download package {package}: {error}")
        tree = os.path.join(work, "tree")
        result = _extract(deb, tree, parts)
        if result.returncode != 0:
            raise PackageError(f"cannot unpack {deb}: {result.stderr.strip()}")
        os.chmod(tree, 0o755)
        if os.path.isdir(final):  # somebody else was quicker
            shutil.rmtree(tree)
        else:
            os.rename(tree, final)
    return final


def package(name, cache, parts=()):
    """Folder that holds the package `name` unpacked, or of it what matches `parts`."""
    return _newest_unpacked(lambda: name, cache, parts)


class Kernel:
    """One of Debian's kernels: vmlinuz, its release name and its modules."""

    def __init__(self, tree):
        self.vmlinuz = glob.glob(os.path.join(tree, "boot", "vmlinuz-*"))[0]
        self.release = os.path.basename(self.vmlinuz)[len("vmlinuz-"):]
        self._modules = os.path.join(tree, "lib", "modules", self.release, "kernel")
        self._paths = {}
        for folder, _, names in os.walk(self._modules):
            for name in names:
                if name.endswith(".ko"):
                    self._paths[name[:-3].replace("-", "_")] = os.path.join(folder, name)

    def _needs(self, path):
        """Modules named in the .modinfo section of `path`: the package has no modules.dep."""
        with open(path, "rb") as file:
            match = re.search(rb"\0depends=([^\0]*)\0", file.read())
        names = match.group(1).decode().split(",") if match else []
        return [name.replace("-", "_") for name in names if name]

    def module_files(self, names):
        """Files of the modules and of all they need, in the order in which insmod takes them.

        A name that this kernel does not have as a module (absent, or built in) is left out."""
        ordered = []

        def add(name):
            path = self._paths.get(name)
            if path is None or path in ordered:
                return
            for need in self._needs(path):
                add(need)
            ordered.append(path)

        for name in names:
            add(name.replace("-", "_"))
        return ordered


def kernel(cache):
    """The newest Debian cloud kernel that apt knows, unpacked below `cache`."""
    cached = sorted(glob.glob(os.path.join(cache, "linux-image-*-cloud-amd64")))
    if cached and _kernel_package() is None:
        return Kernel(cached[-1])
    return Kernel(_newest_unpacked(_kernel_package, cache))


def full_kernel(cache):
    """As kernel(), the one for all machines."""
    cached = [path for path in sorted(glob.glob(os.path.join(cache, "linux-image-*-amd64")))
              if "-cloud-" not in path]
    package = _kernel_package(FULL_METAPACKAGE)
    if cached and package is None:
        return Kernel(cached[-1])
    return Kernel(_newest_unpacked(lambda: _kernel_package(FULL_METAPACKAGE), cache, FULL_PARTS))


def busybox(cache):
    """Path of a static busybox."""
    return os.path.join(_newest_unpacked(lambda: "busybox-static", cache), "bin", "busybox")


if __name__ == "__main__":
    try:
        where = sys.argv[1] if len(sys.argv) > 1 else "build/cache"
        print(kernel(where).vmlinuz)
        print(busybox(where))
    except PackageError as failure:
        sys.exit(f"debian.py: {failure}")
