"""The guest's serial line: everything it printed, with times, and a way to type."""

import bisect
import os
import re
import threading
import time

from .process import Failure

_ESCAPES = re.compile(rb"\x1b(\[[0-9;?=]*[A-Za-z]|[=>()][0-9A-B]?)")


def clean(data):
    """Text as a person would have read it: no terminal sequences, line ends as newlines, and of a
    line that was rewritten in place its last state."""
    text = _ESCAPES.sub(b"", data).replace(b"\0", b"").decode("utf-8", "replace")
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        states = [state for state in line.split("\r") if state.strip()]
        lines.append(states[-1].rstrip() if states else "")
    return "\n".join(lines)


class Console:
    """Reads `output` in a thread, copies it to the file `log`; `input` is where keys go."""

    def __init__(self, output, input_, log):
        self._output = output
        self._input = input_
        self._log = open(log, "wb")
        self._data = b""
        self._starts = []  # offset and time of each piece that arrived
        self._times = []
        self._searched = 0
        self._closed = False
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                data = os.read(self._output.fileno(), 65536)
            except OSError:
                data = b""
            now = time.time()
            with self._news:
                if data:
                    self._starts.append(len(self._data))
                    self._times.append(now)
                    self._data += data
                    self._log.write(data)
                    self._log.flush()
                else:
                    self._closed = True
                self._news.notify_all()
            if not data:
                return

    def type(self, text, pause=0.02):
        """Types like a person, not faster than an emulated UART without flow control takes it."""
        for character in text:
            self._input.write(character.encode())
            self._input.flush()
            time.sleep(pause)

    def expect(self, pattern, seconds, unless=None):
        """Waits for the regular expression after what earlier calls matched. Its match object,
        with the Unix time of its arrival in `.arrival` of the returned Seen."""
        wanted = re.compile(pattern)
        stop = re.compile(unless) if unless else None
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                raw = self._data[self._searched:]
                text = _ESCAPES.sub(b"", raw).decode("utf-8", "replace").replace("\r\n", "\n")
                match = wanted.search(text)
                if match:
                    return self._found(match, text)
                if stop and stop.search(text):
                    raise Failure(f"the console shows {stop.search(text).group(0)!r} "
                                  f"instead of {pattern!r}")
                left = deadline - time.monotonic()
                if self._closed:
                    raise Failure(f"the machine ended before {pattern!r}")
                if left <= 0:
                    raise Failure(f"no {pattern!r} on the console within {seconds} s")
                self._news.wait(min(left, 1))

    def _found(self, match, text):
        # Where the match ends in the raw bytes: each line of the text ends one raw line.
        lines = text.count("\n", 0, match.end())
        offset = self._searched
        for _ in range(lines):
            offset = self._data.index(b"\n", offset) + 1
        tail = self._data.find(b"\n", offset)
        end = len(self._data) if tail < 0 else tail
        piece = bisect.bisect_right(self._starts, max(offset, 1) - 1) - 1
        self._searched = offset if match.group(0).endswith("\n") else end
        return Seen(match, self._times[max(piece, 0)])

    def text(self):
        with self._news:
            return clean(self._data)

    def closed(self):
        return self._closed


class Seen:
    """A match on the console. `arrival` is the Unix time of the bytes of its line."""

    def __init__(self, match, arrival):
        self._match = match
        self.arrival = arrival

    def group(self, index=0):
        return self._match.group(index)
