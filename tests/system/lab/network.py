"""The network a test runs in. The process is in a network namespace of its own by now (see
../run): what is made here vanishes with the process and is seen by nobody else."""

import os
import time

from .capture import Capture
from .process import run


def prepare_namespace():
    """Loopback up, no IPv6 chatter in the captures."""
    with open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w") as setting:
        setting.write("1")
    with open("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w") as setting:
        setting.write("1")
    run(["ip", "link", "set", "lo", "up"])
    if not os.path.exists("/dev/net/tun"):
        os.makedirs("/dev/net", exist_ok=True)
        run(["mknod", "/dev/net/tun", "c", "10", "200"])


class Segment:
    """One Ethernet: a bridge with the host at 10.99.N.1/24, and one tap per guest card."""

    def __init__(self, number, folder):
        self.number = number
        self.bridge = f"br{number}"
        self.host = f"10.99.{number}.1"
        self.prefix = f"10.99.{number}"
        self._folder = folder
        self._taps = 0
        self._capture = None
        run(["ip", "link", "add", self.bridge, "type", "bridge", "forward_delay", "0"])
        run(["ip", "addr", "add", f"{self.host}/24", "dev", self.bridge])
        run(["ip", "link", "set", self.bridge, "up"])

    def tap(self):
        """Name of a new tap device on this segment."""
        name = f"tap{self.number}{self._taps}"
        self._taps += 1
        run(["ip", "tuntap", "add", "dev", name, "mode", "tap"])
        run(["ip", "link", "set", name, "master", self.bridge, "up"])
        return name

    def capture(self, only=""):
        """Starts recording, once; later calls give the same capture."""
        if self._capture is None:
            path = os.path.join(self._folder, f"segment{self.number}.pcapng")
            self._capture = Capture(self.bridge, path, only)
        return self._capture

    def stop(self):
        if self._capture:
            self._capture.stop()


def wait_until(condition, seconds, step=0.05):
    """True as soon as condition() is, False when `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(step)
    return bool(condition())
