"""kedge.pxe: the image that a PXE ROM loads over TFTP. The ROMs are QEMU's, which are iPXE."""

import os

from lab.machine import PXE, Way, image_path
from lab.registry import case

from .debian import KERNEL_UP, NOT_BOOTED, boot_script, require_card_reset, server_of
from .entry import FLOPPY_BYTES, says_next

BANNER = r"Kedge \d+\.\d+\.\d+"


def version():
    with open("VERSION", encoding="utf-8") as file:
        return file.read().strip()


def serve(lab, folder="boot"):
    """Puts kedge.pxe on the TFTP server; its path there."""
    path = os.path.join(lab.root, folder, "kedge.pxe")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(image_path("pxe"), path)
    return os.path.join(folder, "kedge.pxe")


def autoexec(card):
    """The script beside kedge.pxe on the TFTP server runs, though DHCP names kedge.pxe again."""
    def test(lab):
        segment = lab.segment()
        name = serve(lab)
        lab.file("boot/autoexec.ipxe", "#!ipxe\necho == beside it at ${cwuri}\nsleep 100\n")
        lab.dhcp(segment, filename=name)
        capture = segment.capture()
        machine = lab.machine(Way("pxe", card=card), segment)
        machine.console.expect(BANNER, 60)
        seen = machine.console.expect(
            r"(?m)^== beside it at tftp://10\.99\.0\.1/boot/autoexec\.ipxe$", 30)
        capture.require_clean(machine.cards[0].mac, until=seen.arrival)

    return test


case("pxe-autoexec-bios", seconds=90)(autoexec("virtio-net-pci"))
case("pxe-autoexec-bios-e1000", seconds=90)(autoexec("e1000"))


def goes_on(card, said):
    """When Kedge comes back the BIOS goes on with its boot order: to the floppy."""
    def test(lab):
        segment = lab.segment()
        lab.dhcp(segment, filename=serve(lab))
        lab.file("boot/autoexec.ipxe", "#!ipxe\necho == nothing to do\nexit 0\n")
        disk = lab.file("next.img", says_next().ljust(FLOPPY_BYTES, b"\0"))
        machine = lab.machine(Way("pxe", card=card), segment, extra=[
            "-drive", f"if=floppy,format=raw,snapshot=on,file={disk}"])
        machine.console.expect(said, 60, unless="(?m)^NEXT$")
        machine.console.expect(r"(?m)^NEXT$", 20)

    return test


# The stack is gone: by INT 18h.
case("pxe-exit-bios", seconds=90)(goes_on("virtio-net-pci", "== nothing to do"))
# Nobody else can drive the card: the stack stays, and we return to it.
case("pxe-exit-no-driver-bios", seconds=90)(goes_on("rtl8139", "no network card was found"))


@case("pxe-http", seconds=240)
def boots_debian(lab):
    """Debian from the script beside kedge.pxe; the PXE stack's memory is free for it."""
    segment = lab.segment()
    lab.dhcp(segment, filename=serve(lab))
    lab.http(segment)
    lab.file("boot/autoexec.ipxe", boot_script(server_of(segment, "http")))
    machine = lab.machine(PXE, segment)
    machine.console.expect(KERNEL_UP, 150, unless=NOT_BOOTED)
    require_card_reset(machine)
    lab.require_reports(machine, (f"sha256 payload.bin {lab.artifacts.payload_sha256()}",), 60)


@case("pxe-chain-bios", seconds=90)
def chained(lab):
    """iPXE chains to kedge.pxe from a script, and we get the same script: ${version} tells us
    apart."""
    segment = lab.segment()
    serve(lab, "")
    lab.file("boot.ipxe", f"#!ipxe\niseq ${{version}} {version()} && goto kedge ||\n"
             "chain kedge.pxe\n:kedge\necho == chained\nsleep 100\n")
    lab.dhcp(segment, filename="boot.ipxe")
    machine = lab.machine(PXE, segment)
    machine.console.expect(r"(?m)^== chained$", 60)
