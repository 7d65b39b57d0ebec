"""Packets of a segment: recorded with dumpcap, judged by tshark."""

import signal
import subprocess
import time

from .process import Child, Failure

# Whole packets of the guest; only the front of the big frames that the host's stack hands over
# before it would cut them into segments.
SNAP_LENGTH = 1600

_CHECKSUMS = [option for layer in ("ip", "tcp", "udp")
              for option in ("-o", f"{layer}.check_checksum:TRUE")]


class Capture:
    """Recording from the constructor on, what passes the libpcap filter `only`."""

    def __init__(self, interface, path, only=""):
        self.path = path
        log = path + ".log"
        command = ["dumpcap", "-q", "-i", interface, "-s", str(SNAP_LENGTH), "-B", "32", "-w", path]
        self._child = Child(command + (["-f", only] if only else []), log=log)
        deadline = time.monotonic() + 10
        while "File:" not in _text(log):
            if not self._child.running() or time.monotonic() > deadline:
                raise Failure(f"dumpcap did not start on {interface}: {_text(log)}")
            time.sleep(0.02)

    def stop(self):
        """Ends recording. dumpcap writes what it has; packets of the last moment come along."""
        if self._child.running():
            time.sleep(0.3)
            self._child.stop(with_signal=signal.SIGINT)

    def read(self, display_filter, fields=(), options=()):
        """Rows of `fields` (or one line each) of the packets that match."""
        self.stop()
        command = ["tshark", "-r", self.path, "-Y", display_filter, *options]
        if fields:
            command += ["-T", "fields"] + [part for field in fields for part in ("-e", field)]
        result = subprocess.run(command, text=True, capture_output=True, check=False)
        if result.returncode != 0:
            raise Failure(f"tshark: {result.stderr.strip()}")
        lines = result.stdout.splitlines()
        return [line.split("\t") for line in lines] if fields else lines

    def require_clean(self, mac, until):
        """No packet of anybody is malformed, and those that the card `mac` sent before the Unix
        time `until` (later ones are the payload's) have good checksums.

        What the host sends is not checked for checksums: its kernel leaves them to the tap. Nor is
        the inside of its HTTP: tshark guesses at bodies of which the capture has only the front."""
        bad = self.read("_ws.malformed or _ws.expert.severity==error",
                        options=("--disable-protocol", "http"))
        ours = f"eth.src=={mac} and frame.time_epoch<{until:.6f}"
        bad += self.read(f"{ours} and (ip.checksum.status==Bad or tcp.checksum.status==Bad or "
                         "udp.checksum.status==Bad or _ws.malformed or _ws.expert.severity==error)",
                         options=_CHECKSUMS)
        if bad:
            raise Failure("the capture is not clean:\n  " + "\n  ".join(bad[:10]))
        if not self.read(ours):
            raise Failure("the capture holds no packet of the firmware")

    def first_epoch(self, display_filter):
        """Unix time of the first packet that matches, or None."""
        rows = self.read(display_filter, fields=("frame.time_epoch",))
        return float(rows[0][0]) if rows else None


def _text(path):
    with open(path, errors="replace") as file:
        return file.read()
