"""Menus and forms as a person uses them: on the serial line, and on the machine's own screen."""

import os
import time

from lab.machine import EFI, LKRN
from lab.monitor import Monitor
from lab.process import require
from lab.registry import case

HERE = os.path.dirname(__file__)

DOWN, UP, HOME = "\x1b[B", "\x1b[A", "\x1b[H"
READY = "Enter: choose"  # the last that is drawn of a menu


def start(lab, way):
    segment = lab.segment()
    for name in ("menus.ipxe", "menus-inner.ipxe"):
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            lab.file(name, file.read())
    lab.dhcp(segment, filename="menus.ipxe")
    lab.http(segment)
    return lab.machine(way, segment, extra=Monitor.arguments(lab.folder))


def serial(way):
    def test(lab):
        console = start(lab, way).console

        def choose(keys, wanted):
            console.expect(r"Give up", 60)
            time.sleep(0.2)
            console.type(keys)
            console.expect(wanted, 10)

        choose(HOME + "\r", "== parameters: ")
        console.type("quiet splask\x08h\r")
        console.expect(r"== got quiet splash", 5)
        choose(HOME + DOWN + "\r", "Back, in anger")
        time.sleep(0.2)
        console.type(DOWN + "\r")
        console.expect("== came back in anger", 5)
        choose(UP + UP + "\r", "A secret")
        console.type("\x01\x0b10.9.8.7\rgeheim\r")
        console.expect("== form 10.9.8.7 geheim", 5)
        # UEFI's own serial console does not know these sequences, and loses parts of them.
        f12 = "\x1b[24~"
        choose(UP + "\r" if way.uefi else f12, "== press F12")
        console.type("x" if way.uefi else f12)
        console.expect("== it was another" if way.uefi else "== it was F12", 5)
        choose("d", "== parameters: ")
        console.type("\x03")
        choose("\x03", "== cancelled")
        choose(DOWN + "\r", "== by itself: b")
        console.expect("== end", 10)
        text = console.text()
        require("geheim" not in text.split("== form")[0], "a secret is on the screen")

    return test


for _way in (LKRN, EFI):
    case(f"menus-serial-{_way.name}", seconds=100)(serial(_way))


@case("menus-keyboard-lkrn-bios", seconds=100)
def keyboard_bios(lab):
    """The same on the PC's own keyboard and text screen."""
    machine = start(lab, LKRN)
    machine.console.expect("Give up", 60)
    monitor = Monitor(lab.folder)
    rows, colours = monitor.wait_text("Give up", 10)
    monitor.picture("menu")
    require(rows[1].startswith("  Machine room of 10.99.0."), "the title is elsewhere:\n" + "\n".join(rows))
    require(rows[3].startswith("  -----") and rows[4].startswith("  Debian"), "\n".join(rows))
    bar = next(i for i, row in enumerate(rows) if "Give up" in row)
    require(colours[bar][1] == 0x70 and colours[bar][78] == 0x70 and colours[bar][79] == 0x07,
            f"the selection is not seen: {colours[bar].hex()}")
    monitor.key("up")
    monitor.key("up")
    monitor.type("\r")
    monitor.wait_text("A secret", 10)
    monitor.type("\r" + "Hidden 1" + "\x18")
    machine.console.expect("== form 10.1.2.3 Hidden 1", 10)
    monitor.wait_text("Give up", 10)
    monitor.key("f12")
    monitor.wait_text("== press F12", 10)
    monitor.type("x")
    machine.console.expect("== it was another", 10)
    monitor.wait_text("Give up", 10)
    monitor.key("home")
    monitor.key("pgdn")
    monitor.key("end")
    monitor.key("pgup")
    monitor.key("down")
    monitor.type("\r")
    monitor.wait_text("Back, in anger", 10)
    monitor.picture("inner")
    monitor.type("\x1b")
    machine.console.expect("== came back", 10)
    monitor.wait_text("Give up", 10)
    monitor.key("d", 0.5)
    monitor.type("\x03")
    monitor.wait_text("Give up", 10)
    monitor.type("\r")
    machine.console.expect("== by itself: b", 10)
    monitor.close()


@case("menus-keyboard-efi-uefi", seconds=100)
def keyboard_uefi(lab):
    """The firmware's console takes keys from keyboard and serial line alike."""
    machine = start(lab, EFI)
    machine.console.expect("Give up", 60)
    monitor = Monitor(lab.folder)
    time.sleep(0.5)
    monitor.picture("menu")
    for name in ("home", "down", "ret"):
        monitor.key(name, 0.3)
    machine.console.expect("Back, in anger", 10)
    time.sleep(0.5)
    monitor.picture("inner")
    machine.console.type("\r")
    machine.console.expect("== came back", 10)
    machine.console.expect("Give up", 10)
    monitor.key("f12", 0.3)
    machine.console.expect("== press F12", 10)
    monitor.key("f12", 0.3)
    machine.console.expect("== it was F12", 10)
    machine.console.expect("Give up", 10)
    monitor.key("up", 0.3)
    monitor.key("up", 0.3)
    monitor.key("ret", 0.3)
    machine.console.expect("A secret", 10)
    time.sleep(0.5)
    monitor.picture("form")
    monitor.key("esc", 0.3)
    machine.console.expect("== form cancelled", 10)
    machine.console.expect("Give up", 10)
    monitor.key("ret", 0.3)
    machine.console.expect("== by itself: b", 10)
    monitor.close()
