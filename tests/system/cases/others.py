"""What else people start over the network: GRUB's EFI image, the Debian installer."""

import os

from lab.machine import IMG_BIOS, IMG_UEFI
from lab.process import run
from lab.registry import case

INSTALLER = "usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64"
SERIAL = "console=ttyS0,115200"


def serve_files(lab, files, script):
    """The files (name: path) on an HTTP server, and a script that DHCP names; the segment."""
    segment = lab.segment()
    for name, path in files.items():
        os.symlink(path, os.path.join(lab.root, name))
    lab.file("boot.ipxe", "#!ipxe\n" + script.format(base=f"http://{segment.host}"))
    lab.dhcp(segment, filename="boot.ipxe")
    lab.http(segment)
    return segment


@case("grub-img-uefi", seconds=90)
def grub(lab):
    """GRUB's EFI image, started by us; when it ends, the script goes on."""
    config, image = (os.path.join(lab.folder, "grub" + end) for end in (".cfg", ".efi"))
    with open(config, "w", encoding="utf-8") as file:
        file.write("echo == this is GRUB\nexit\n")
    run(["grub-mkimage", "-O", "x86_64-efi", "-p", "/", "-c", config, "-o", image, "echo", "minicmd"])
    segment = serve_files(lab, {"grub.efi": image},
                          "chain {base}/grub.efi\necho == back from it\nsleep 100\n")
    machine = lab.machine(IMG_UEFI, segment)
    machine.console.expect(r"== this is GRUB", 60)
    machine.console.expect(r"== back from it", 20)


@case("installer-img-bios", seconds=420)
def installer(lab):
    """Kernel and initrd of the Debian installer, up to its first screen."""
    files = {name: lab.artifacts.unpacked("debian-installer-12-netboot-amd64", INSTALLER, name)
             for name in ("linux", "initrd.gz")}
    segment = serve_files(lab, files, f"kernel {{base}}/linux {SERIAL} ---\ninitrd {{base}}/initrd.gz\n"
                          "boot\n")
    machine = lab.machine(IMG_BIOS, segment)
    machine.console.expect(r"Select a language", 380, unless="Kernel panic")
