"""Intel's cards: Kedge drives them, leaves them silent, and the kernel's own drivers go on."""

from cases.debian import ARGUMENTS, KERNEL_UP, NOT_BOOTED
from lab.machine import INTEL
from lab.process import require
from lab.registry import case

CHIPS = {"e1000": ("82540em", "8086:100e"), "e1000e": ("82574l", "8086:10d3")}
RCTL, TCTL, ENABLE = 0x100, 0x400, 1 << 1


def require_silent(machine, identity):
    """The card neither receives nor sends any more, whatever the network does."""
    rctl, tctl = machine.registers(identity, RCTL, TCTL)
    require(rctl & ENABLE == 0 and tctl & ENABLE == 0,
            f"the kernel got a card that works: RCTL {rctl:#x}, TCTL {tctl:#x}")


def boots_debian(way):
    def test(lab):
        chip, identity = CHIPS[way.card]
        segment = lab.segment()
        base = f"http://{segment.host}"
        lab.file("boot.ipxe", "\n".join((
            "#!ipxe", "echo == chip ${net0/chip}",
            f"kernel {base}/vmlinuz-full {ARGUMENTS} kedge.pause kedge.url={base}/small.bin",
            f"initrd {base}/initrd-full.img", f"initrd {base}/payload.cpio", "boot", "")))
        lab.dhcp(segment, filename="boot.ipxe")
        lab.http(segment)
        capture = segment.capture()
        machine = lab.machine(way, segment)
        machine.console.expect(f"== chip {chip}", 60)
        up = machine.console.expect(KERNEL_UP, 120, unless=NOT_BOOTED)
        machine.console.expect("KEDGE-TEST paused", 60)
        require_silent(machine, identity)
        machine.console.type("\n")
        lab.require_reports(machine, (f"firmware {'uefi' if way.uefi else 'bios'}",
                                      f"sha256 payload.bin {lab.artifacts.payload_sha256()}",
                                      f"driver {way.card}",
                                      f"sha256 download {lab.artifacts.small_sha256()}"), 60)
        capture.require_clean(machine.cards[0].mac, until=up.arrival)

    return test


for _way in INTEL:
    case(_way.name, seconds=200)(boots_debian(_way))
