"""The main job: Debian's kernel reaches user space, and what it was given is what was served."""

from lab.machine import EFI, IMG_BIOS, IMG_UEFI, IMG_UEFI_SNP, LKRN
from lab.process import require
from lab.registry import case

KERNEL_UP = r"KEDGE-TEST kernel-up"
NOT_BOOTED = r"Kernel panic|could not boot: .*|failed to start Boot.*"
ARGUMENTS = "console=ttyS0,115200 quiet panic=-1"


def server_of(segment, protocol):
    return f"{protocol}://{segment.host}"


def boot_script(base, arguments="", payload="initrd {base}/payload.cpio"):
    """Kernel, initrd, payload, boot. initrd= is what UEFI users have always had to write; the
    kernel only reads it when the boot loader does not offer the initrd by itself."""
    lines = ("#!ipxe", f"kernel {base}/vmlinuz {ARGUMENTS} {arguments}".rstrip(),
             f"initrd {base}/initrd.img", payload.format(base=base), "boot")
    return "\n".join(line for line in lines if line) + "\n"


def serve(lab, protocol, script):
    """One segment whose DHCP names `script`, and the HTTP server when it is needed."""
    segment = lab.segment()
    lab.file("boot.ipxe", script(server_of(segment, protocol)))
    lab.dhcp(segment, filename="boot.ipxe")
    if protocol == "http":
        lab.http(segment)
    return segment


def require_clean_until_kernel(lab, machine, segment, seen):
    segment.capture().require_clean(machine.cards[0].mac, until=seen.arrival)


def require_card_reset(machine):
    """Kedge drove the card, and then reset it. The guest has not loaded a driver by now, so this
    is not Linux's own reset."""
    states = machine.card_states()
    running = 4  # DRIVER_OK, VIRTIO 1.2 section 2.1
    require(any(state & running for state in states), f"Kedge did not drive the card: {states}")
    require(states[-1] == 0, f"the kernel got a card that is not reset: {states}")


def boots_debian(way, protocol):
    def test(lab):
        segment = serve(lab, protocol, lambda base: boot_script(
            base, "initrd=initrd.img initrd=payload.cpio" if protocol == "tftp" else ""))
        segment.capture()
        machine = lab.machine(way, segment)
        up = machine.console.expect(KERNEL_UP, 150, unless=NOT_BOOTED)
        if way.card.startswith("virtio"):
            require_card_reset(machine)
        firmware = "uefi" if way.uefi else "bios"
        lab.require_reports(machine, (f"firmware {firmware}",
                                      f"sha256 payload.bin {lab.artifacts.payload_sha256()}"), 60)
        require_clean_until_kernel(lab, machine, segment, up)

    return test


for _way in (IMG_BIOS, LKRN, IMG_UEFI, IMG_UEFI_SNP, EFI):
    for _protocol in ("http", "tftp"):
        case(f"{_way.name}-{_protocol}", seconds=240)(boots_debian(_way, _protocol))
