"""The script language as a person sees it: every command, output compared with a file."""

import difflib
import os
import re

from lab.machine import EFI, IMG_BIOS, IMG_UEFI, LKRN
from lab.process import require
from lab.registry import case

HERE = os.path.dirname(__file__)
EXPECTED = os.path.join(HERE, "..", "expected", "commands.txt")

PROMPT = r"(?m)^kedge> ?$"

# What differs from run to run.
VARYING = ((r"\d+\.\d s, \d+\.\d MB/s", "T s, R MB/s"), (r"in \d+\.\d s", "in T s"),
           (r"in \d+ ms", "in T ms"),
           (r"(?m)^(  received|  sent|IP): .*", r"\1: …"), (r"PCI [0-9a-f:.]+", "PCI B:D.F"),
           (r"(?m)^received: .*", "received: …"), (r"\d\.\d\ds\b", "Ts"),
           (r"vmlinuz : \d+ bytes \[(bzImage|EFI)\]", "vmlinuz : N bytes [TYPE]"), (r"vmlinuz: \S+ MB", "vmlinuz: N MB"))


def normal(text):
    for pattern, replacement in VARYING:
        text = re.sub(pattern, replacement, text)
    return text


def between(text, begin, end):
    """The lines of `text` from the one that is `begin` to the one that begins with `end`."""
    lines = text.splitlines()
    lines = lines[lines.index(begin):]
    last = next(index for index, line in enumerate(lines) if line.startswith(end))
    return "\n".join(lines[:last + 1]) + "\n"


def require_type(text, way):
    """The kernel was taken for what this firmware starts; the rest of the comparison hides it."""
    wanted = "EFI" if way.uefi else "bzImage"
    seen = set(re.findall(r"(?m)^vmlinuz : \d+ bytes \[(\w+)\]", text))
    require(seen == {wanted}, f"vmlinuz is not listed as {wanted} but as {sorted(seen)}")


def compare(seen):
    if os.environ.get("KEDGE_ACCEPT"):
        with open(EXPECTED, "w", encoding="utf-8") as file:
            file.write(seen)
    with open(EXPECTED, encoding="utf-8") as file:
        wanted = file.read()
    difference = difflib.unified_diff(wanted.splitlines(), seen.splitlines(), "expected", "seen",
                                      lineterm="", n=1)
    require(seen == wanted, "the console differs from expected/commands.txt:\n"
            + "\n".join(difference))


def use_shell(console):
    """Types into the shell that the script opened; `typed` is what the script then shows."""
    console.expect(PROMPT, 20)
    console.type("set typed hello from the keyboard\r")
    console.expect(PROMPT, 10)
    console.type("echo hi\r")
    console.expect(r"(?m)^hi$", 10)
    console.type("exit\r")


def commands(way):
    def test(lab):
        segment = lab.segment()
        for name in ("commands.ipxe", "inner.ipxe"):
            with open(os.path.join(HERE, name), encoding="utf-8") as file:
                lab.file(name, file.read())
        lab.dhcp(segment, filename="commands.ipxe",
                 options=("dhcp-host=52:54:00:99:00:01,10.99.0.20",))
        lab.http(segment)
        machine = lab.machine(way, segment)
        machine.console.expect("== begin", 60)
        machine.console.expect("slept", 60)
        use_shell(machine.console)
        machine.console.expect("== end", 20)
        machine.console.expect(r"(?m)^Kedge: .*\n", 20)
        text = machine.console.text()
        require_type(text, way)
        compare(normal(between(text, "== begin", "Kedge: ")))

    return test


for _way in (LKRN, EFI):
    case(f"commands-{_way.name}", seconds=150)(commands(_way))


def ends(way):
    """reboot starts the machine anew; poweroff switches it off."""
    def test(lab):
        segment = lab.segment()
        lab.file("boot.ipxe", "#!ipxe\necho == first\nreboot\necho never seen\n")
        lab.dhcp(segment, filename="boot.ipxe")
        machine = lab.machine(way, segment, reboots=True)
        machine.console.expect("== first", 60)
        lab.file("boot.ipxe", "#!ipxe\necho == second\npoweroff\necho never seen\n")
        machine.console.expect("== second", 60, unless="never seen")
        machine.wait_end(20)
        require("never seen" not in machine.console.text(), "the script went on after poweroff")

    return test


for _way in (LKRN, EFI):
    case(f"reboot-poweroff-{_way.name}", seconds=120)(ends(_way))


def ctrl_b(way):
    """Ctrl-B at the offer opens a shell on the serial line."""
    def test(lab):
        machine = lab.machine(way, lab.segment())
        console = machine.console
        console.expect("Ctrl-B", 60)
        console.type("\x02")
        console.expect(PROMPT, 10)
        console.type("ecko\b\bho hi\r")  # with a slip, corrected
        console.expect(r"(?m)^hi$", 10)
        console.expect(PROMPT, 10)

    return test


for _way in (IMG_BIOS, IMG_UEFI):
    case(f"shell-{_way.name}", seconds=90)(ctrl_b(_way))


@case("lkrn-command-line", seconds=60)
def lkrn_command_line(lab):
    """What a Linux loader gives as the kernel's parameters is a line of commands."""
    machine = lab.machine(LKRN, lab.segment(),
                          append="echo == from the command line && echo on ${platform}")
    machine.console.expect(r"(?m)^== from the command line$", 30)
    machine.console.expect(r"(?m)^on pcbios$", 5)


@case("lkrn-initrd-script", seconds=60)
def lkrn_initrd_script(lab):
    """What a Linux loader gives as the initrd is run when it is a script."""
    script = lab.file("script", "#!ipxe\necho == from the initrd\n")
    machine = lab.machine(LKRN, lab.segment(), initrd=script)
    machine.console.expect(r"(?m)^== from the initrd$", 30)
