"""Scripts with the constructs of public provisioning systems, from start to the guest's report.

The unit tests run all of tests/system/scripts; here are those with much to say to the network."""

import os
import re

from lab.machine import EFI, LKRN
from lab.registry import case

SCRIPTS = os.path.join(os.path.dirname(__file__), "..", "scripts")


def load(name):
    """A script, with the network of the lab instead of that of the unit tests."""
    with open(os.path.join(SCRIPTS, name + ".ipxe"), encoding="utf-8") as file:
        return file.read().replace("10.0.2", "10.99.0").replace("net}.2", "net}.1").replace(
            "10.99.0.2", "10.99.0.1")


def link(lab, name, target):
    """The guest's file `target` under another name as well."""
    path = os.path.join(lab.root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(os.path.realpath(os.path.join(lab.root, target)), path)


@case("script-foreman-lkrn", seconds=150)
def foreman(lab):
    """A static address, ping, an installer with its arguments."""
    segment = lab.segment()
    lab.file("boot.ipxe", load("foreman"))
    link(lab, "os/vmlinuz", "vmlinuz")
    link(lab, "os/initrd.img", "initrd.img")
    lab.dhcp(segment, filename="boot.ipxe")
    lab.http(segment)
    capture = segment.capture()
    machine = lab.machine(LKRN, segment)
    machine.console.expect(r"(?m)^Address 10\.99\.0\.40, gateway 10\.99\.0\.1$", 60)
    machine.console.expect(r"(?m)^64 bytes from 10\.99\.0\.1: seq=1 time=\d+ ms$", 10,
                           unless="The gateway does not answer")
    machine.console.expect(r"(?m)^Nobody at 99\.$", 10)
    seen = machine.console.expect(r"KEDGE-TEST kernel-up", 60)
    capture.require_clean(machine.cards[0].mac, until=seen.arrival)
    mac = machine.cards[0].mac
    lab.require_reports(machine, (
        "token=1-2&mac=" + mac, "BOOTIF=01-" + mac.replace(":", "-"),
        "ip=10.99.0.40::10.99.0.1:255.255.255.0:host40.example.com:eth0:none "
        "nameserver=10.99.0.1"), 60)


@case("script-idioms-efi", seconds=200)
def idioms(lab):
    """What manuals teach: a DHCP loop, prompt, settings of many types, cpio headers, --replace."""
    segment = lab.segment()
    lab.file("autoexec.ipxe", load("idioms"))
    lab.file("tool", "#!/bin/sh\necho a tool\n")
    lab.file("notice", "notice\n")
    lab.dhcp(segment, filename="autoexec.ipxe")
    lab.http(segment)
    machine = lab.machine(EFI, segment)
    machine.console.expect(r"(?m)\[  \] twice$", 90)
    machine.console.expect(re.escape("arch=x86_64/amd64 asset=[] bus=0000:00:"), 10)
    machine.console.expect("no such script; echo went on", 10)
    mac = machine.cards[0].mac.replace(":", "-")
    lab.require_reports(machine, (f"root=/dev/ram0 console=ttyS0 mac={mac} arch=amd64 -- --single",), 90)
