"""Less common ways in, and the way out: how Kedge gets started, and what comes after it."""

import os
import re

from lab.machine import EFI, IMG_BIOS, LKRN, image_path
from lab.process import require, run
from lab.registry import case

BANNER = r"Kedge \d+\.\d+\.\d+"
SECTOR = 512
FLOPPY_BYTES = 1474560


def too_old(way):
    """A CPU without long mode gets a sentence."""
    def test(lab):
        machine = lab.machine(way, lab.segment(), extra=["-cpu", "qemu32"])
        machine.console.expect(r"(?m)^Kedge: this CPU has no 64-bit .*x86-64 CPU\.$", 30,
                               unless=BANNER)

    return test


for _way in (IMG_BIOS, LKRN):
    case(f"cpu-without-long-mode-{_way.name}", seconds=60)(too_old(_way))


def says_next():
    """A boot sector that writes "NEXT" to COM1, as QEMU takes it, and halts."""
    code = b"\xba\xf8\x03"  # mov dx, 3F8h
    for character in b"\r\nNEXT\r\n":
        code += bytes((0xB0, character, 0xEE))  # mov al, character; out dx, al
    code += b"\xfa\xf4\xeb\xfd"  # cli; hlt; jmp to the hlt
    return code.ljust(SECTOR - 2, b"\0") + b"\x55\xaa"


@case("dhcp-silent-bios", seconds=150)
def next_choice(lab):
    """Nobody answers DHCP: Kedge says so, and the BIOS goes on with its boot order: to a floppy,
    for SeaBIOS never tries a second hard disk."""
    disk = lab.file("next.img", says_next().ljust(FLOPPY_BYTES, b"\0"))
    machine = lab.machine(IMG_BIOS, lab.segment(), extra=[
        "-drive", f"if=floppy,format=raw,snapshot=on,file={disk}"])
    machine.console.expect(r"DHCP.*net0.*no (answer|offer)", 100, unless="(?m)^NEXT$")
    machine.console.expect(r"(?m)^NEXT$", 20)


@case("floppy-bios", seconds=90)
def floppy(lab):
    """A floppy has no INT 13h extensions: its sectors are read by cylinder, head and sector. The
    front of the image holds all that a BIOS needs."""
    with open(image_path("img"), "rb") as image:
        disk = lab.file("floppy.img", image.read(FLOPPY_BYTES))
    segment = lab.segment()
    lab.file("boot.ipxe", "#!ipxe\necho == from a floppy on ${platform}\nsleep 100\n")
    lab.dhcp(segment, filename="boot.ipxe")
    machine = lab.machine(IMG_BIOS, segment, image=disk, floppy=True)
    machine.console.expect(r"(?m)^== from a floppy on pcbios$", 60)


@case("autoexec-efi-uefi", seconds=90)
def autoexec(lab):
    """The script autoexec.ipxe beside kedge.efi runs without asking the network."""
    script = lab.file("autoexec.ipxe", "#!ipxe\necho == from the disk at ${cwuri}\nsleep 100\n")
    machine = lab.machine(EFI, lab.segment(), files={
        "EFI/BOOT/BOOTX64.EFI": image_path("efi"), "EFI/BOOT/autoexec.ipxe": script})
    machine.console.expect(r"(?m)^== from the disk at", 60, unless="DHCP")


@case("load-options-efi-uefi", seconds=120)
def load_options(lab):
    """What the EFI shell gives beside the name of the program is a line of commands."""
    startup = lab.file("startup.nsh", "FS0:\\kedge.efi echo == from the shell on ${platform}\r\n")
    machine = lab.machine(EFI, lab.segment(), files={
        "kedge.efi": image_path("efi"), "startup.nsh": startup})
    machine.console.expect(BANNER, 90)
    machine.console.expect(r"(?m)^== from the shell on efi$", 20)


def _grub_disk(folder, kernel, command):
    """A disk at whose start GRUB is, with the commands built in and the kernel in its memory."""
    config, core, disk, memdisk = (os.path.join(folder, "grub" + end)
                                   for end in (".cfg", ".core", ".img", ".tar"))
    modules = "/usr/lib/grub/i386-pc"
    with open(config, "w", encoding="utf-8") as file:
        file.write(command + "\nboot\n")
    run(["tar", "-c", "-f", memdisk, "-C", os.path.dirname(kernel), os.path.basename(kernel)])
    run(["grub-mkimage", "-O", "i386-pc", "-d", modules, "-p", "(memdisk)", "-c", config,
         "-m", memdisk, "-o", core, "biosdisk", "memdisk", "tar", "linux", "linux16", "boot"])
    with open(disk, "wb") as out:
        for part in (os.path.join(modules, "boot.img"), core):
            with open(part, "rb") as file:
                out.write(file.read())
        out.truncate(8 << 20)
    return disk


def from_grub(word):
    """`linux` enters the image in 32-bit mode, `linux16` in real mode."""
    def test(lab):
        kernel = image_path("lkrn")
        disk = _grub_disk(lab.folder, kernel,
                          f"{word} (memdisk)/{os.path.basename(kernel)} echo == from GRUB")
        machine = lab.machine(IMG_BIOS, lab.segment(), image=disk)
        machine.console.expect(r"(?m)^== from GRUB$", 60)

    return test


for _word in ("linux", "linux16"):
    case(f"grub-{_word}-lkrn-bios", seconds=90)(from_grub(_word))


def one_banner(way):
    """Without graphics (QEMU's -nographic) SeaBIOS copies its screen to the serial line: Kedge,
    which writes to both, does not say everything twice there."""
    def test(lab):
        segment = lab.segment()
        lab.file("boot.ipxe", "#!ipxe\necho == once\necho == over\nsleep 100\n")
        lab.dhcp(segment, filename="boot.ipxe")
        machine = lab.machine(way, segment, extra=["-machine", "graphics=off"])
        machine.console.expect("== ove", 60)  # SeaBIOS holds the last character back
        text = machine.console.text()
        require("SeaBIOS" in text, "SeaBIOS does not use the serial line:\n" + text)
        for wanted in (BANNER, "== once"):
            count = len(re.findall(wanted, text))
            require(count == 1, f"{wanted!r} is on the serial line {count} times")

    return test


for _way in (IMG_BIOS, LKRN):
    case(f"nographic-{_way.name}", seconds=90)(one_banner(_way))
