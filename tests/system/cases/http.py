"""HTTP beyond one GET: servers that go away and come back, mirrors, users, forms, parallel files."""

import os
import time

from cases.debian import ARGUMENTS, KERNEL_UP, NOT_BOOTED
from lab.artifacts import sha256
from lab.machine import EFI, LKRN
from lab.process import require
from lab.registry import case
from lab.web_servers import PASSWORD, USER

# As a server, at a pace that leaves time to interrupt it: some eight seconds for small.bin.
SLOW = "location /slow/ {{ alias {root}/; limit_rate 400k; }}"
AWAY = 2.5  # seconds


def slow_server(lab, segment, **more):
    return lab.http(segment, extra=SLOW.format(root=lab.root), **more)


def boot_with_file(lab, way, uri):
    """A machine that downloads `uri` first, then boots the guest that reports its sum."""
    segment = lab.segment()
    base = f"http://{segment.host}"
    lab.file("boot.ipxe", f"#!ipxe\ninitrd {base}/slow/{uri} /raw.bin\n"
                          f"kernel {base}/vmlinuz {ARGUMENTS}\ninitrd {base}/initrd.img\nboot\n")
    lab.dhcp(segment, filename="boot.ipxe")
    server = slow_server(lab, segment)
    return segment, server, lab.machine(way, segment)


def interrupt(machine, server, percent, meanwhile=lambda: None):
    # The console shows some figures only: that much or more.
    machine.console.expect(rf" [{percent // 10}-9]\d % ", 60)
    server.stop()
    meanwhile()
    time.sleep(AWAY)
    server.start()


def require_sum(lab, machine, path):
    """The Unix time at which the kernel took over."""
    up = machine.console.expect(KERNEL_UP, 120, unless=NOT_BOOTED)
    lab.require_reports(machine, (f"sha256 raw.bin {sha256(path)}",), 60)
    return up.arrival


def resume(way):
    """The server dies at 30 % and at 60 %; the rest comes when it is back, and only the rest."""
    def test(lab):
        segment, server, machine = boot_with_file(lab, way, "small.bin")
        capture = segment.capture()
        interrupt(machine, server, 30)
        machine.console.expect(r"HTTP GET http://\S+/slow/small.bin: \S+: .*trying again in 1 s", 10)
        interrupt(machine, server, 60)
        up = require_sum(lab, machine, lab.artifacts.small)
        # What it was sending when it was killed no server has noted down.
        require(server.statuses("/slow/small.bin")[-1:] == [206],
                f"not continued: {server.statuses('/slow/small.bin')}")
        capture.require_clean(machine.cards[0].mac, until=up)

    return test


for _way in (LKRN, EFI):
    case(f"http-resume-{_way.name}", seconds=150)(resume(_way))


@case("http-changed", seconds=150)
def changed(lab):
    """The file has changed when the server is back: all of the new one comes."""
    path = lab.file("kept.bin", os.urandom(3 << 20))
    _, server, machine = boot_with_file(lab, LKRN, "kept.bin")
    interrupt(machine, server, 30, lambda: lab.file("kept.bin", os.urandom(3 << 20)))
    require_sum(lab, machine, path)
    require(server.statuses("/slow/kept.bin")[-1:] == [200],
            f"not begun anew: {server.statuses('/slow/kept.bin')}")


@case("http-mirror", seconds=90)
def mirror(lab):
    """Another server takes over where the first broke off, and one that never was there costs
    nothing."""
    segment = lab.segment()
    base = f"http://{segment.host}"
    lab.file("boot.ipxe", f"#!ipxe\nimgfetch --mirror {base}:83/slow/small.bin "
                          f"{base}/slow/small.bin\nimgfetch --name two --mirror {base}/text "
                          f"{base}:84/text\nimgstat\necho == over\nsleep 100\n")
    lab.file("text", "some text")
    lab.dhcp(segment, filename="boot.ipxe")
    first, second = slow_server(lab, segment), slow_server(lab, segment, port=83)
    machine = lab.machine(LKRN, segment)
    machine.console.expect(r" 3\d % ", 60)
    first.stop()
    machine.console.expect(r"trying 10\.99\.0\.1 now", 10)
    first.start()
    machine.console.expect("small.bin : 3145739 bytes", 60)
    machine.console.expect("two : 9 bytes", 10)
    machine.console.expect("== over", 10)
    require(second.statuses("/slow/small.bin") == [206],
            f"the mirror did not continue: {second.statuses('/slow/small.bin')}")


@case("http-users", seconds=90)
def users(lab):
    """Digest with SHA-256 (lighttpd) and MD5 (Apache), Basic (Apache), from URI and settings."""
    segment = lab.segment()
    user = f"{USER}:{PASSWORD.replace(' ', '%20').replace(':', '%3A')}"
    host = segment.host
    for folder in ("private", "basic"):
        lab.file(f"{folder}/s.ipxe", "#!ipxe\necho == read\n")
    lab.file("boot.ipxe", "\n".join((
        "#!ipxe", "echo == lighttpd", f"chain http://{user}@{host}:81/private/s.ipxe?q=1",
        "echo == apache", f"chain http://{user}@{host}:82/private/s.ipxe?q=1",
        "echo == basic", f"chain http://{user}@{host}:82/basic/s.ipxe",
        "echo == nobody", f"chain http://{host}:81/private/s.ipxe || echo refused",
        "echo == wrong", f"chain http://{USER}:x@{host}:82/private/s.ipxe || echo refused",
        f"set username {USER}", f"set password {PASSWORD}",
        "echo == settings", f"chain http://{host}:82/private/s.ipxe",
        "echo == over", "sleep 100", "")))
    lab.dhcp(segment, filename="boot.ipxe")
    lab.lighttpd(segment)
    lab.apache(segment)
    capture = segment.capture()
    machine = lab.machine(LKRN, segment)
    over = machine.console.expect("== over", 60, unless="stopped at line.*")
    text = machine.console.text()
    require(text.count("== read") == 4, "not four times let in:\n" + text)
    require("the server needs user and password" in text, "no sentence for nobody")
    require("the server does not accept user and password" in text, "no sentence for a wrong one")
    capture.require_clean(machine.cards[0].mac, until=over.arrival)


@case("http-form", seconds=60)
def form(lab):
    """params and param: a form, a header, another method."""
    segment = lab.segment()
    echo = f"http://{segment.host}:8080/echo/x"
    lab.file("boot.ipxe", "\n".join((
        "#!ipxe", "params", "param ip ${ip}", "param text a b&c", f"chain {echo}##params",
        "params --name two --method PUT", "param --params two k v",
        "param --params two --header X-Kedge head er", f"chain {echo}##params=two",
        f"chain {echo}##params=two", "echo == over", "sleep 100", "")))
    lab.dhcp(segment, filename="boot.ipxe")
    lab.faults(segment)
    machine = lab.machine(LKRN, segment)
    kind = "application/x-www-form-urlencoded"
    machine.console.expect(rf"== POST ip=10\.99\.0\.\d+&text=a%20b%26c {kind} -", 60)
    machine.console.expect(rf"== PUT k=v {kind} head er", 10)
    machine.console.expect(r"== GET - -", 10)
    machine.console.expect(r"== over", 10)


@case("http-parallel", seconds=60)
def parallel(lab):
    """The GETs of a plain script's next files go out before the first file has come."""
    segment = lab.segment()
    base = f"http://{segment.host}"
    lab.file("boot.ipxe", f"#!ipxe\nimgfetch {base}/slow/small.bin || goto failed\n"
                          f"initrd {base}/initrd.img || goto failed\n"
                          f"initrd --name last {base}/text\nimgstat\necho == over\n"
                          "sleep 100\n:failed\n")
    lab.file("text", "some text")
    lab.dhcp(segment, filename="boot.ipxe")
    slow_server(lab, segment)
    capture = segment.capture()
    machine = lab.machine(LKRN, segment)
    machine.console.expect(r"small.bin : [^\n]*\ninitrd.img : [^\n]*\nlast : ", 60)
    over = machine.console.expect("== over", 10)
    capture.require_clean(machine.cards[0].mac, until=over.arrival)
    stream = capture.read('http.request.uri=="/slow/small.bin"', fields=("tcp.stream",))[0][0]
    ends = capture.read(f"tcp.stream=={stream} and tcp.len>0 and ip.src=={segment.host}",
                        fields=("frame.time_epoch",))
    for path in ("/initrd.img", "/text"):
        began = capture.first_epoch(f'http.request.uri=="{path}"')
        require(began is not None and began < float(ends[-1][0]) - 2,
                f"{path} was not asked for while small.bin was on its way")
