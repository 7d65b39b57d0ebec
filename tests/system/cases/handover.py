"""After the hand-over the card belongs to the kernel: its own driver works; and what the kernel
was given by less common ways is right too."""

from cases.debian import ARGUMENTS, KERNEL_UP, NOT_BOOTED
from lab.machine import EFI, IMG_BIOS, IMG_UEFI, LKRN
from lab.registry import case

LEGACY = "disable-modern=on,disable-legacy=off"
MODERN = "disable-legacy=on"
PLAIN = "guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off,mrg_rxbuf=off"


def downloads(way, card_options=""):
    def test(lab):
        segment = lab.segment()
        base = f"http://{segment.host}"
        lab.file("boot.ipxe", f"#!ipxe\nkernel {base}/vmlinuz {ARGUMENTS} "
                              f"kedge.url={base}/small.bin\ninitrd {base}/initrd.img\nboot\n")
        lab.dhcp(segment, filename="boot.ipxe")
        lab.http(segment)
        capture = segment.capture()
        machine = lab.machine(way, segment, card_options=card_options)
        up = machine.console.expect(KERNEL_UP, 120, unless=NOT_BOOTED)
        lab.require_reports(machine, ("driver virtio_net",
                                      f"sha256 download {lab.artifacts.small_sha256()}"), 60)
        capture.require_clean(machine.cards[0].mac, until=up.arrival)

    return test


for _way in (IMG_BIOS, IMG_UEFI):
    case(f"handover-{_way.name}", seconds=200)(downloads(_way))
for _way in (LKRN, EFI):
    case(f"handover-legacy-{_way.name}", seconds=200)(downloads(_way, LEGACY))
    case(f"handover-modern-{_way.name}", seconds=200)(downloads(_way, MODERN))
    case(f"handover-plain-{_way.name}", seconds=200)(downloads(_way, PLAIN))


def wrapped(way):
    """A file as an initrd with a path of its own, the kernel by way of a redirect, and the first
    initrd in a chunked body."""
    def test(lab):
        segment = lab.segment()
        base, odd = f"http://{segment.host}", f"http://{segment.host}:8080"
        lab.file("marker", "seen")
        lab.file("boot.ipxe", "\n".join((
            "#!ipxe", f"kernel {odd}/redirect/vmlinuz {ARGUMENTS}",
            f"initrd {odd}/chunked/initrd.img", f"initrd {base}/small.bin /raw.bin",
            f"initrd {base}/marker /etc/marker mode=640", "boot", "")))
        lab.dhcp(segment, filename="boot.ipxe")
        lab.http(segment)
        lab.faults(segment)
        machine = lab.machine(way, segment)
        machine.console.expect(KERNEL_UP, 120, unless=NOT_BOOTED)
        lab.require_reports(machine, (f"sha256 raw.bin {lab.artifacts.small_sha256()}",
                                      "marker seen mode 640"), 60)

    return test


for _way in (LKRN, EFI):
    case(f"wrapped-{_way.name}", seconds=200)(wrapped(_way))
