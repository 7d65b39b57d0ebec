"""Memory that Kedge takes under BIOS: hidden while it runs, all given back to the kernel."""

import os
import re

from cases.debian import ARGUMENTS, KERNEL_UP, NOT_BOOTED
from lab.machine import IMG_BIOS, LKRN, image_path
from lab.process import require
from lab.registry import case

# Kedge's heap alone is 32 MiB here. What may differ is where the initrd was, by page tables.
TOLERANCE_KIB = 2048


def memory_of(lab, machine):
    """KiB that the guest's kernel has for itself."""
    machine.console.expect(KERNEL_UP, 120, unless=NOT_BOOTED)
    lab.require_reports(machine, ("KEDGE-TEST memory",), 60)
    return int(re.search(r"KEDGE-TEST memory (\d+)", machine.console.text()).group(1))


def given_back(way):
    """The kernel finds as much as when QEMU starts it without Kedge."""
    def test(lab):
        segment = lab.segment()
        base = f"http://{segment.host}"
        lab.file("boot.ipxe", f"#!ipxe\nkernel {base}/vmlinuz {ARGUMENTS}\n"
                              f"initrd {base}/initrd.img\nboot\n")
        lab.dhcp(segment, filename="boot.ipxe")
        lab.http(segment)
        through_kedge = memory_of(lab, lab.machine(way, segment))
        artifacts = lab.artifacts
        direct = memory_of(lab, lab.machine(LKRN, segment, name="direct", image=artifacts.vmlinuz,
                                            initrd=artifacts.initrd, append=ARGUMENTS))
        require(abs(direct - through_kedge) <= TOLERANCE_KIB,
                f"the kernel has {through_kedge} KiB after Kedge, {direct} KiB without")

    return test


for _way in (IMG_BIOS, LKRN):
    case(f"memory-given-back-{_way.name}", seconds=200)(given_back(_way))


@case("memory-hidden-lkrn-bios", seconds=60)
def hidden(lab):
    """An image that asks INT 15h, made by `make DEBUG=bios`."""
    image = os.path.join(os.path.dirname(image_path("lkrn")), "debug", "kedge.lkrn")
    require(os.path.exists(image), f"{image} does not exist: run make debug-image")
    machine = lab.machine(LKRN, lab.segment(), image=image)
    machine.console.expect(r"our memory is (hidden|\S+ hidden)", 30)
    require("our memory is hidden" in machine.console.text(), "our memory is not hidden")
