"""Without a script: DHCP names a file, as a TFTP path or a URL, and the file is what it is."""

import os

from lab.machine import EFI, IMG_BIOS, IMG_UEFI, LKRN, image_path
from lab.registry import case

BANNER = r"Kedge \d+\.\d+\.\d+"


def names_script(way, filename):
    def test(lab):
        segment = lab.segment()
        lab.file("folder/boot.ipxe", "#!ipxe\necho == cwuri ${cwuri}\nchain next.ipxe\n")
        lab.file("folder/next.ipxe", "#!ipxe\necho == next to it\nsleep 100\n")
        lab.dhcp(segment, filename=filename.format(host=segment.host))
        lab.http(segment)
        machine = lab.machine(way, segment)
        scheme = "http" if filename.startswith("http") else "tftp"
        machine.console.expect(rf"== cwuri {scheme}://10\.99\.0\.1/folder/boot\.ipxe", 60)
        machine.console.expect(r"(?m)^== next to it$", 20)

    return test


def names_kernel(way, filename):
    """The kernel is Kedge itself: a second banner means that it was started, a second DHCP that
    the card was left in order."""
    def test(lab):
        segment = lab.segment()
        kernel = image_path("efi" if way.uefi else "lkrn")
        os.symlink(kernel, os.path.join(lab.root, "next.efi"))
        lab.dhcp(segment, filename=filename.format(host=segment.host))
        lab.http(segment)
        capture = segment.capture()
        machine = lab.machine(way, segment)
        machine.console.expect(BANNER, 60)
        machine.console.expect(r"net0: 10\.99\.0\.\d+", 30)
        machine.console.expect(BANNER, 60)
        seen = machine.console.expect(r"net0: 10\.99\.0\.\d+", 30)
        capture.require_clean(machine.cards[0].mac, until=seen.arrival)

    return test


for _way in (IMG_BIOS, IMG_UEFI):
    for _kind, _prefix in (("tftp", ""), ("http", "http://{host}/")):
        case(f"autoboot-script-{_kind}-{_way.name}", seconds=120)(
            names_script(_way, _prefix + ("folder/boot.ipxe")))
for _way in (LKRN, EFI):
    for _kind, _prefix in (("tftp", ""), ("http", "http://{host}/")):
        case(f"autoboot-kernel-{_kind}-{_way.name}", seconds=120)(
            names_kernel(_way, _prefix + "next.efi"))
