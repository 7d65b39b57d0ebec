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


def _kernel_package():
    """Name of the versioned package that the metapackage depends on, or None."""
    shown = _run(["apt-cache", "depends", KERNEL_METAPACKAGE]).stdout
    match = re.search(r"Depends: (linux-image-\S+)", shown)
    return match.group(1) if match else None


def _download(package, folder):
    result = _run(["apt-get", "download", "-q", package], cwd=folder)
    found = glob.glob(os.path.join(folder, package + "_*.deb"))
    return (found[0], "") if result.returncode == 0 and found else (None, result.stderr.strip())


def _newest_unpacked(name_of, cache):
    """As _unpack(), for the package whose name name_of() gives (None: apt's lists do not know it).

    Old lists name a package that the mirror no longer has; new lists may name another one."""
    package = name_of()
    try:
        if package is not None:
            return _unpack(package, cache)
    except DownloadError:
        pass
    _update_lists()
    package = name_of()
    if package is None:
        raise PackageError(f"apt does not know {KERNEL_METAPACKAGE}: is this Debian 12 (amd64)?")
    return _unpack(package, cache)


def _unpack(package, cache):
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
        result = _run(["dpkg-deb", "-x", deb, tree])
        if result.returncode != 0:
            raise PackageError(f"cannot unpack {deb}: {result.stderr.strip()}")
        os.chmod(tree, 0o755)
        if os.path.isdir(final):  # somebody else was quicker
            shutil.rmtree(tree)
        else:
            os.rename(tree, final)
    return final


def package(name, cache):
    """Folder of an unpacked package."""
    return _newest_unpacked(lambda: name, cache)


class Kernel:
    """Debian's cloud kernel: vmlinuz, its release name and its modules."""

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
