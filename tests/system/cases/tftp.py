"""TFTP from servers that differ, and over a network that loses packets."""

from cases.debian import ARGUMENTS, KERNEL_UP, NOT_BOOTED
from lab.machine import EFI, LKRN
from lab.process import require, run
from lab.registry import case

BLOCK = 1468  # of an MTU of 1500
SIZE = 16 << 20


def big_file(lab):
    """Its name; a file of its own, as one of the servers follows no links."""
    with open(lab.artifacts.payload, "rb") as payload:
        lab.file("big.bin", payload.read(SIZE - 5))
    return "big.bin"


def script(segment, name):
    return "\n".join(("#!ipxe", f"set base tftp://{segment.host}", "echo == begin",
                      f"imgfetch ${{base}}/{name} && echo whole",
                      "imgfetch ${base}/missing || echo missing", "echo == end", "sleep 100", ""))


def require_windows(capture, machine, window):
    """Blocks are as large as the MTU allows, and no more acknowledgements than windows."""
    blocks = capture.read("tftp.opcode==3", fields=("frame.len",))
    acks = capture.read(f"tftp.opcode==4 and eth.src=={machine.cards[0].mac}",
                        fields=("tftp.block",))
    wanted = SIZE // BLOCK // window
    require(SIZE // BLOCK <= len(blocks) <= SIZE // BLOCK * 1.1 + 50, f"{len(blocks)} blocks")
    require(wanted <= len(acks) <= wanted * 1.1 + 20, f"{len(acks)} acknowledgements, not {wanted}")


def downloads(way, server, window):
    def test(lab):
        segment = lab.segment()
        name = big_file(lab)
        lab.file("boot.ipxe", script(segment, name))
        lab.dhcp(segment, filename="boot.ipxe", tftp=server == "dnsmasq")
        if server != "dnsmasq":
            lab.tftpd(server, segment)
        capture = segment.capture("udp")
        machine = lab.machine(way, segment)
        machine.console.expect("== begin", 60)
        machine.console.expect(r"(?m)^whole$", 60)
        machine.console.expect(r"(?m)^missing$", 10)
        end = machine.console.expect("== end", 10)
        capture.require_clean(machine.cards[0].mac, until=end.arrival)
        require_windows(capture, machine, window)

    return test


for _way in (LKRN, EFI):
    for _server, _window in (("dnsmasq", 1), ("tftpd-hpa", 1), ("atftpd", 64)):
        case(f"tftp-{_server}-{_way.name}", seconds=150)(downloads(_way, _server, _window))


LOSS = """
table inet loss {{
    chain out {{
        type filter hook output priority 0
        udp dport {{ 67, 68 }} accept
        meta l4proto udp numgen random mod 1000 < {per_mille} drop
    }}
    chain in {{
        type filter hook input priority 0
        udp dport {{ 67, 68 }} accept
        meta l4proto udp numgen random mod 1000 < {per_mille} drop
    }}
}}
"""


def lossy(way, server, per_mille):
    """The file arrives whole: a kernel that is told to shows its sum."""
    def test(lab):
        segment = lab.segment()
        base = f"tftp://{segment.host}"
        lab.file("boot.ipxe", f"#!ipxe\nkernel {base}/vmlinuz {ARGUMENTS}\n"
                              f"initrd {base}/initrd.img\ninitrd {base}/payload.cpio\nboot\n")
        lab.dhcp(segment, filename="boot.ipxe", tftp=False)
        lab.tftpd(server, segment)
        run(["nft", "-f", "-"], input=LOSS.format(per_mille=per_mille))
        machine = lab.machine(way, segment)
        machine.console.expect(KERNEL_UP, 150, unless=NOT_BOOTED)
        lab.require_reports(machine, (f"sha256 payload.bin {lab.artifacts.payload_sha256()}",), 60)

    return test


case("tftp-loss-lkrn-bios", seconds=240)(lossy(LKRN, "atftpd", 5))
