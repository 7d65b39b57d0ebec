"""Images to which tools/kedge-image has added a script, a file and settings."""

import os

from lab.machine import EFI, IMG_BIOS, IMG_UEFI, LKRN, PXE, image_path
from lab.process import require, run
from lab.registry import case

TOOL = os.path.abspath("tools/kedge-image")
SCRIPT = """\
#!ipxe
echo == embedded on ${platform}, greeting ${greeting}, number ${builtin/number}
chain other.ipxe || echo == no other
sleep 100
"""


def customise(lab, way):
    """The image of `way` with additions; it is also checked that they can be taken out again."""
    plain = image_path(way.image)
    out = os.path.join(lab.root, "kedge." + way.image)
    script = lab.file("start.ipxe", SCRIPT)
    other = lab.file("other.txt", "#!ipxe\necho == the other file\n")
    run([TOOL, "add", plain, "-o", out, "--script", script, "--file", "other.ipxe=" + other,
         "--setting", "greeting=hello there", "--setting", "number:int32=7"])
    back = os.path.join(lab.folder, "back")
    run([TOOL, "remove", out, "-o", back])
    with open(plain, "rb") as one, open(back, "rb") as two:
        require(one.read() == two.read(), "removing everything does not give the image back")
    return out


def runs_script(way):
    def test(lab):
        segment = lab.segment()
        image = customise(lab, way)
        if way == PXE:
            lab.dhcp(segment, filename="kedge.pxe")
            machine = lab.machine(way, segment)
        else:
            machine = lab.machine(way, segment, image=image)
        platform = "efi" if way.uefi else "pcbios"
        # The script needs no network: it starts before any DHCP.
        machine.console.expect(
            rf"(?m)^== embedded on {platform}, greeting hello there, number 7$", 60, unless="net0: ")
        machine.console.expect(r"(?m)^== the other file$", 10)

    return test


for _way in (LKRN, IMG_BIOS, PXE, IMG_UEFI, EFI):
    case(f"customised-{_way.name}", seconds=90)(runs_script(_way))
