"""A virtual machine: QEMU with one of Kedge's images, cards on the test's segments, a serial line."""

import os
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field

from .console import Console
from .process import Child, Failure, run

OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"


@dataclass(frozen=True)
class Way:
    """How an image is started: which image, under which firmware, with which card."""

    image: str  # img, lkrn, efi, pxe
    uefi: bool = False
    card: str = "virtio-net-pci"

    @property
    def name(self):
        parts = [self.image, "uefi" if self.uefi else "bios"]
        return "-".join(parts + ([] if self.card == "virtio-net-pci" else [self.card]))


IMG_BIOS = Way("img")
LKRN = Way("lkrn")
IMG_UEFI = Way("img", uefi=True)
IMG_UEFI_SNP = Way("img", uefi=True, card="rtl8139")
EFI = Way("efi", uefi=True)
PXE = Way("pxe")
# Intel's cards, each firmware with each.
INTEL = tuple(Way(image, uefi, card) for image, uefi in (("lkrn", False), ("img", True))
              for card in ("e1000", "e1000e"))


@dataclass
class Card:
    segment: object
    model: str = "virtio-net-pci"
    options: str = ""
    mac: str = ""


@dataclass
class Setup:
    """What a machine is made of. `append` and `initrd` go to QEMU's own loader beside a lkrn;
    `image` takes another file than Kedge's; `files` (name: path) are what the disk of an
    efi image holds instead; `floppy` puts the image into a floppy drive; `reboots` lets a reset start anew, not end
    it all."""

    way: Way
    cards: list = field(default_factory=list)
    image: str = ""
    files: dict = field(default_factory=dict)
    floppy: bool = False
    append: str = ""
    initrd: str = ""
    memory: int = 1024
    reboots: bool = False
    extra: list = field(default_factory=list)


def image_path(name):
    """File of the image `name`: from build/, or where KEDGE_IMAGE_<NAME> points to."""
    path = os.environ.get("KEDGE_IMAGE_" + name.upper())
    path = path or os.path.join(os.environ.get("BUILD", "build"), "kedge." + name)
    if not os.path.exists(path):
        raise Failure(f"{path} does not exist: run make")
    return os.path.abspath(path)


def mac_of(segment, index):
    return f"52:54:00:99:{segment.number:02x}:{index + 1:02x}"


def _esp_with(files, path):
    """A FAT disk at `path` with the files (name: path); UEFI starts EFI/BOOT/BOOTX64.EFI."""
    with open(path, "wb") as disk:
        disk.truncate(16 << 20)
    run(["mformat", "-i", path, "-T", str((16 << 20) // 512), "::"])
    run(["mmd", "-i", path, "::EFI", "::EFI/BOOT"])
    for name, source in files.items():
        run(["mcopy", "-i", path, source, "::" + name])


class Machine:
    """Running from the constructor on. `.started` is the Unix time just before power-on."""

    def __init__(self, setup, folder, name="machine"):
        self.setup = setup
        self._folder = folder
        self._name = name
        self.cards = setup.cards
        self._trace = os.path.join(folder, name + "-trace.log")
        self._monitor = os.path.join(folder, name + "-monitor")
        command = self._command()
        log = os.path.join(folder, name + "-qemu.log")
        with open(log, "w") as file:
            file.write(" ".join(command) + "\n")
        with open(log, "ab") as errors:
            self.started = time.time()
            self._child = Child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=errors, bufsize=0)
        process = self._child.process
        self.pid = process.pid
        serial = os.path.join(folder, name + "-serial.log")
        self.console = Console(process.stdout, process.stdin, serial)

    def _command(self):
        setup = self.setup
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config",
                   "-machine", "q35" if setup.way.uefi else "pc",
                   "-accel", os.environ.get("KEDGE_ACCEL", "tcg"), "-m", str(setup.memory),
                   "-smp", "1", "-display", "none", "-vga", "std", "-serial", "stdio",
                   "-trace", "virtio_set_status", "-D", self._trace,
                   "-monitor", f"unix:{self._monitor},server=on,wait=off"]
        command += [] if setup.reboots else ["-no-reboot"]
        command += self._boot_arguments()
        for index, card in enumerate(setup.cards):
            card.mac = card.mac or mac_of(card.segment, index)
            # A virtio card needs no option ROM; the others bring the UEFI driver in theirs.
            rom = ",romfile=" if card.model.startswith("virtio") else ""
            if setup.way.image == "pxe":
                rom = f",bootindex={index}"  # QEMU's own, which has a PXE stack: iPXE
            command += ["-netdev", f"tap,id=n{index},ifname={card.segment.tap()},"
                                   "script=no,downscript=no,vhost=off",
                        "-device", f"{card.model},netdev=n{index},mac={card.mac}{rom}"
                                   + ("," + card.options if card.options else "")]
        return command + setup.extra

    def _boot_arguments(self):
        setup = self.setup
        command = []
        if setup.way.uefi:
            variables = os.path.join(self._folder, self._name + "-vars.fd")
            shutil.copyfile(OVMF_VARS, variables)
            command += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF_CODE}",
                        "-drive", f"if=pflash,format=raw,unit=1,file={variables}"]
        if setup.way.image == "pxe":  # comes over the network
            return command
        image = setup.image or image_path(setup.way.image)
        if setup.way.image == "lkrn":
            command += ["-kernel", image]
            command += ["-append", setup.append] if setup.append else []
            return command + (["-initrd", setup.initrd] if setup.initrd else [])
        if setup.way.image == "efi":
            disk = os.path.join(self._folder, self._name + "-esp.img")
            _esp_with(setup.files or {"EFI/BOOT/BOOTX64.EFI": image}, disk)
            image = disk
        if setup.floppy:
            return command + ["-drive", f"if=floppy,format=raw,snapshot=on,file={image}",
                              "-boot", "a"]
        return command + ["-drive", f"if=none,id=disk,format=raw,snapshot=on,file={image}",
                          "-device", "ide-hd,drive=disk,bootindex=0"]

    def cpu_seconds(self):
        """Processor time that QEMU's threads have used so far."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def card_states(self):
        """Every device status that anybody wrote to the virtio cards so far, resets as 0."""
        with open(self._trace, encoding="utf-8") as file:
            return [int(state) for state in re.findall(r"virtio_set_status .* val (\d+)", file.read())]

    def monitor(self, command):
        """What QEMU's monitor answers to a command."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(self._monitor)
            file = connection.makefile("rwb", buffering=0)
            answer = b""
            for line in (b"", command.encode() + b"\n"):
                file.write(line)
                answer = b""
                while not answer.endswith(b"(qemu) "):
                    answer += file.read(4096) or b"(qemu) "
        return answer.decode("utf-8", "replace")

    def registers(self, vendor_device, *offsets):
        """32-bit registers behind the first BAR of the first PCI function with that identity."""
        part = self.monitor("info pci").split(f"PCI device {vendor_device}")[1]
        base = int(re.search(r"BAR0: \d+ bit memory at (0x[0-9a-f]+)", part).group(1), 16)
        answers = [self.monitor(f"xp /1wx {base + offset:#x}") for offset in offsets]
        return [int(re.search(r": (0x[0-9a-f]{8})", answer).group(1), 16) for answer in answers]

    def wait_end(self, seconds):
        """Waits until the guest has switched itself off."""
        try:
            self._child.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"the machine is still running after {seconds} s") from None

    def stop(self):
        self._child.stop(patience=2)
