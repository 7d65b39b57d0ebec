"""What goes wrong is said in a sentence (stage, peer, cause), and the next choice happens."""

import re

from lab.machine import EFI, IMG_BIOS, IMG_UEFI, LKRN
from lab.process import require
from lab.registry import case

# Name, command with {http} and {faults} for the servers, and what the sentence about it must match.
QUICK = (
    ("missing", "imgfetch {http}/missing", r"HTTP.*http://\S+/missing.*10\.99\.0\.1.*404"),
    ("tftp-missing", "imgfetch {tftp}/missing", r"TFTP.*tftp://\S+/missing.*10\.99\.0\.1.*not found"),
    ("empty", "kernel {http}/empty && boot", r"empty: .*not.*image"),
    ("tftp-empty", "kernel {tftp}/empty && boot", r"empty: .*not.*image"),
    ("text", "kernel {http}/text.txt && boot", r"text\.txt: .*not.*image"),
    ("scheme", "kernel gopher://1.2.3.4/x", r'"gopher" is not supported.*http, tftp, data, file'),
    ("refused", "imgfetch {http}:81/x", r"HTTP.*10\.99\.0\.1:81.*refused"),
    ("no-host", "imgfetch http://10.99.0.77/x", r"HTTP.*10\.99\.0\.77.*does not answer"),
    ("cut", "imgfetch {faults}/cut/small.bin", r"HTTP.*10\.99\.0\.1:8080.*closed after \d+ of \d+"),
    ("reset", "imgfetch {faults}/reset/small.bin", r"HTTP.*10\.99\.0\.1:8080.*reset.*\d+ of \d+"),
    ("garbage", "imgfetch {faults}/garbage/small.bin", r"HTTP.*10\.99\.0\.1:8080.*broken answer"),
    ("bad-chunk", "imgfetch {faults}/badchunk/small.bin", r"HTTP.*10\.99\.0\.1:8080.*chunk"),
    ("loop", "imgfetch {faults}/loop/small.bin", r"HTTP.*10\.99\.0\.1:8080.*redirect"),
)
SLOW = (
    ("stall", "imgfetch {faults}/stall/small.bin", r"HTTP.*10\.99\.0\.1:8080.*no data.*\d+ of \d+"),
    ("silent", "imgfetch {faults}/silent/small.bin", r"HTTP.*10\.99\.0\.1:8080.*no answer"),
)


def fault_script(host, faults):
    """Each command in turn, with a next choice that only a failure reaches."""
    places = {"http": f"http://{host}", "tftp": f"tftp://{host}", "faults": f"http://{host}:8080"}
    lines = ["#!ipxe"]
    for name, command, _ in faults:
        lines += [f"echo == {name}", "imgfree",
                  f"{command.format(**places)} || echo next choice after {name}"]
    return "\n".join(lines + ["echo == over", "sleep 100", ""])


def require_sentences(text, faults):
    for name, _, pattern in faults:
        part = text.split(f"== {name}\n", 1)[1].split("\n== ", 1)[0]
        require(re.search(pattern, part), f"{name}: no sentence like {pattern!r} in:\n{part}")
        require(f"next choice after {name}" in part, f"{name}: no next choice after:\n{part}")


def faults_of(way, faults, seconds):
    def test(lab):
        segment = lab.segment()
        lab.file("boot.ipxe", fault_script(segment.host, faults))
        lab.file("empty", "")
        lab.file("text.txt", "This is not a kernel.\n" * 100)
        lab.dhcp(segment, filename="boot.ipxe")
        lab.http(segment)
        lab.faults(segment)
        capture = segment.capture()
        machine = lab.machine(way, segment)
        over = machine.console.expect("== over", seconds)
        require_sentences(machine.console.text(), faults)
        capture.require_clean(machine.cards[0].mac, until=over.arrival)

    return test


for _way in (LKRN, EFI):
    case(f"faults-{_way.name}", seconds=150)(faults_of(_way, QUICK, 120))
# Two minutes of patience each: cases of their own wait side by side.
for _fault in SLOW:
    case(f"faults-{_fault[0]}", seconds=200)(faults_of(LKRN, (_fault,), 170))


DHCP_SILENT = r"DHCP.*net0.*no (answer|offer)"


def dhcp_silent_script(lab):
    """Nobody answers DHCP: a sentence, and the script goes on to its next choice."""
    segment = lab.segment()
    segment.capture()
    script = lab.file("silent.ipxe", "#!ipxe\ndhcp || echo next choice\nsleep 100\n")
    machine = lab.machine(LKRN, segment, initrd=script)
    machine.console.expect(DHCP_SILENT, 100)
    seen = machine.console.expect("next choice", 5)
    segment.capture().require_clean(machine.cards[0].mac, until=seen.arrival)


def dhcp_silent_firmware(lab):
    """Without a script, a silent network ends in the firmware's next boot option."""
    machine = lab.machine(IMG_UEFI, lab.segment())
    machine.console.expect(DHCP_SILENT, 100)
    machine.console.expect(r"failed to start Boot0001", 20)
    machine.console.expect(r"EFI Internal Shell", 20)


case("dhcp-silent-script", seconds=150)(dhcp_silent_script)
case("dhcp-silent-firmware", seconds=180)(dhcp_silent_firmware)


def next_card(first_filename, sentence):
    """The first card's network cannot boot: the second card's does."""
    def test_of(way):
        def test(lab):
            first, second = lab.segment(0), lab.segment(1)
            lab.file("boot.ipxe", "#!ipxe\necho == booted from ${net1/ip}\nsleep 100\n")
            if first_filename:
                lab.dhcp(first, filename=first_filename)
            if not sentence:
                lab.dhcp(second, filename="boot.ipxe")
            machine = lab.machine(way, first, second)
            if sentence:
                machine.console.expect(sentence, 60)
                # From the beginning it could win.
                lab.dhcp(second, filename="boot.ipxe")
            machine.console.expect(r"== booted from 10\.99\.1\.\d+", 60, unless="Kedge: .*")

        return test

    return test_of


_silent_first = next_card(None, None)
_missing_first = next_card("missing.ipxe", r"TFTP tftp://10\.99\.0\.1/missing\.ipxe.*not found")
for _way in (IMG_BIOS, IMG_UEFI):
    case(f"next-card-silent-{_way.name}", seconds=120)(_silent_first(_way))
    case(f"next-card-missing-{_way.name}", seconds=120)(_missing_first(_way))
