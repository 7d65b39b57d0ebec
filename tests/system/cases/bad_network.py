"""Downloads over networks that lose, delay, reorder, repeat and damage packets, or go away for a
while: every one completes with the right bytes."""

import hashlib
import os
import random
import socket
import time

from lab.machine import EFI, LKRN
from lab.process import require, run
from lab.registry import case
from lab.relay import Relay

MEGABYTE = 1 << 20


def bulk(lab, size):
    """Puts a file of noise on the servers; its SHA-256."""
    data = random.Random(1).randbytes(size)
    lab.file("bulk.bin", data)
    return hashlib.sha256(data).hexdigest()


def download_script(segment):
    return (f"#!ipxe\necho == start\nimgfetch http://{segment.host}/bulk.bin || echo == failed\n"
            "sha256sum bulk.bin\necho == over\nsleep 100\n")


def prepared(lab, size, nginx=""):
    """A segment with servers that hand the script and the file out: (segment, SHA-256)."""
    segment = lab.segment()
    lab.file("boot.ipxe", download_script(segment))
    lab.dhcp(segment, filename="boot.ipxe")
    lab.http(segment, extra=nginx)
    return segment, bulk(lab, size)


def require_download(machine, digest, seconds):
    """The line that tells of the right bytes."""
    machine.console.expect(rf"{digest}  bulk\.bin", seconds, unless="== (failed|over)")
    machine.console.expect("== over", 5)


def lose(segment, permille):
    """Drops packets of both directions on the bridge at random. Of MTU size: a lost super-frame of
    64 KiB would be a burst that no real line loses."""
    run(["ip", "link", "set", segment.bridge, "gso_max_segs", "1"])
    run(["nft", "add table bridge kedge"])
    for hook in ("input", "output"):
        run(["nft", f"add chain bridge kedge {hook} {{ type filter hook {hook} priority 0; }}"])
        run(["nft", f"add rule bridge kedge {hook} ip protocol tcp "
                    f"numgen random mod 1000 lt {permille} counter drop"])


def loss(way, permille, size):
    def test(lab):
        segment, digest = prepared(lab, size)
        lose(segment, permille)
        machine = lab.machine(way, segment)
        require_download(machine, digest, 120)
        dropped = run(["nft", "list", "table", "bridge", "kedge"])
        require("counter packets 0 " not in dropped.split("chain output", 1)[1],
                f"nothing was lost:\n{dropped}")

    return test


case("loss-0.1", seconds=180)(loss(LKRN, 1, 16 * MEGABYTE))
case("loss-1", seconds=180)(loss(LKRN, 10, 16 * MEGABYTE))
case("loss-1-efi", seconds=180)(loss(EFI, 10, 16 * MEGABYTE))


@case("bad-line", seconds=180)
def bad_line(lab):
    """20 ms of delay, reordering, repetition and damage at once."""
    segment, digest = prepared(lab, 16 * MEGABYTE)
    line = lab.keep(Relay(segment, lab.folder, delay=10, reorder=0.01, duplicate=0.01,
                          corrupt=0.001))
    machine = lab.machine(LKRN, line)
    require_download(machine, digest, 120)


def _downloading(lab, machine, size):
    """Waits until a part of the file is on its way: the server reads it at a limited rate."""
    machine.console.expect("== start", 40)
    time.sleep(1.5)
    with open(os.path.join(lab.folder, "nginx-access.log"), encoding="utf-8") as log:
        require("/bulk.bin" not in log.read(), f"{size} bytes arrived too soon to interrupt")


@case("link-down", seconds=180)
def link_down(lab):
    """The cable is out for three seconds, as a switch sees it."""
    segment, digest = prepared(lab, 16 * MEGABYTE, nginx="limit_rate 3m;")
    machine = lab.machine(LKRN, segment)
    _downloading(lab, machine, 16 * MEGABYTE)
    run(["ip", "link", "set", "tap00", "down"])
    time.sleep(3)
    run(["ip", "link", "set", "tap00", "up"])
    require_download(machine, digest, 120)


def _monitor(path, command):
    """One command for QEMU's monitor."""
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.settimeout(5)
        monitor.connect(path)
        monitor.recv(4096)
        monitor.sendall(command.encode() + b"\n")
        time.sleep(0.1)


@case("carrier-lost", seconds=180)
def carrier_lost(lab):
    """The cable is out for three seconds, and the card says so."""
    segment, digest = prepared(lab, 16 * MEGABYTE, nginx="limit_rate 3m;")
    path = os.path.join(lab.folder, "monitor")
    machine = lab.machine(LKRN, segment, extra=["-monitor", f"unix:{path},server,nowait"])
    _downloading(lab, machine, 16 * MEGABYTE)
    _monitor(path, "set_link n0 off")
    time.sleep(3)
    _monitor(path, "set_link n0 on")
    require_download(machine, digest, 120)
