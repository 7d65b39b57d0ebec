"""The machine's own keyboard and screen, by way of QEMU's monitor."""

import json
import os
import socket
import subprocess
import time

from .process import Failure, require

_NAMES = {" ": "spc", "\r": "ret", "\b": "backspace", "\t": "tab", "-": "minus", ".": "dot",
          "/": "slash", "$": "shift-4", "{": "shift-bracket_left", "}": "shift-bracket_right",
          "\x1b": "esc", "\x02": "ctrl-b", "\x03": "ctrl-c", "\x18": "ctrl-x"}

TEXT_SCREEN = 0xB8000
COLUMNS = 80
ROWS = 25


class Monitor:
    """Give `arguments(folder)` to the machine as `extra`, then connect."""

    @staticmethod
    def arguments(folder):
        return ["-qmp", f"unix:{os.path.join(folder, 'monitor')},server=on,wait=off"]

    def __init__(self, folder):
        self._folder = folder
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(os.path.join(folder, "monitor"))
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()  # the greeting
        self._execute("qmp_capabilities")

    def _execute(self, name, **arguments):
        request = {"execute": name, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        for line in self._lines:
            answer = json.loads(line)
            if "error" in answer:
                raise Failure(f"QEMU refuses {request}: {answer['error']}")
            if "return" in answer:  # and not an event
                return answer["return"]
        raise Failure("QEMU's monitor has ended")

    def command(self, text):
        """A command of the monitor that people use; what it printed."""
        return self._execute("human-monitor-command", **{"command-line": text})

    def key(self, name, pause=0.1):
        """A key by QEMU's name: down, f12, ctrl-c."""
        self.command(f"sendkey {name} 30")
        time.sleep(pause)

    def type(self, text):
        for character in text:
            name = _NAMES.get(character)
            if name is None:
                name = "shift-" + character.lower() if character.isupper() else character
            self.key(name)

    def text(self):
        """What a PC's text screen shows, one line per row, and the attributes of its cells."""
        path = os.path.join(self._folder, "screen.bin")
        self._execute("pmemsave", val=TEXT_SCREEN, size=COLUMNS * ROWS * 2, filename=path)
        with open(path, "rb") as file:
            cells = file.read()
        characters = cells[0::2].decode("cp437")
        rows = [characters[i:i + COLUMNS].rstrip("\0 ") for i in range(0, COLUMNS * ROWS, COLUMNS)]
        attributes = cells[1::2]
        return rows, [attributes[i:i + COLUMNS] for i in range(0, COLUMNS * ROWS, COLUMNS)]

    def wait_text(self, wanted, seconds):
        """Waits until a row of the text screen holds `wanted`; the rows and attributes then."""
        deadline = time.monotonic() + seconds
        while True:
            rows, attributes = self.text()
            if any(wanted in row for row in rows):
                return rows, attributes
            require(time.monotonic() < deadline,
                    f"no {wanted!r} on the screen within {seconds} s but:\n" + "\n".join(rows))
            time.sleep(0.2)

    def picture(self, name="screen"):
        """A PPM file of the screen; also as PNG where ImageMagick is there, for a person to see."""
        path = os.path.join(self._folder, name + ".ppm")
        self._execute("screendump", filename=path)
        subprocess.run(["convert", path, path[:-3] + "png"], check=False, capture_output=True)
        return path

    def close(self):
        self._socket.close()


