"""More DHCP servers, each on a host of its own beside the segment's: ISC dhcpd, Kea, and dnsmasq
as ProxyDHCP. Ready when the constructor returns."""

import json
import os

from .network import wait_until
from .process import Child, Failure, run


class Neighbour:
    """Another host on the segment: a network namespace at the address 10.99.N.`last`."""

    def __init__(self, segment, last):
        self.address = f"{segment.prefix}.{last}"
        self._holder = Child(["unshare", "--net", "sleep", "infinity"])
        self._inside = ["nsenter", "-t", str(self._holder.pid), "-n"]
        outer, self.interface = f"out{segment.number}{last}", f"in{segment.number}{last}"
        own = os.readlink("/proc/self/ns/net")
        if not wait_until(lambda: _namespace(self._holder.pid) != own, 10):
            raise Failure("unshare made no network namespace")
        run(["ip", "link", "add", outer, "type", "veth", "peer", "name", self.interface, "netns",
             str(self._holder.pid)])
        run(["ip", "link", "set", outer, "master", segment.bridge, "up"])
        run(self._inside + ["ip", "addr", "add", f"{self.address}/24", "dev", self.interface])
        run(self._inside + ["ip", "link", "set", self.interface, "up"])

    def start(self, command, log):
        return Child(self._inside + command, log=log)

    def stop(self):
        self._holder.stop()


def _namespace(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return None


def _read(path):
    with open(path, errors="replace") as file:
        return file.read()


class _Server:
    """A server on a Neighbour, up when its log holds `ready`."""

    def __init__(self, host, command, log, ready):
        self.host = host
        self.address = host.address
        self.log = log
        self._child = host.start(command, log)
        started = wait_until(lambda: ready in _read(log) or not self._child.running(), 15)
        if not started or not self._child.running():
            raise Failure(f"{command[0]} did not start: {_read(log)}")

    def stop(self):
        self._child.stop()
        self.host.stop()


class ProxyDnsmasq(_Server):
    """ProxyDHCP and TFTP from `root`; options are dnsmasq's own, without the dashes."""

    def __init__(self, segment, folder, root, options):
        host = Neighbour(segment, 2)
        command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
                   "--user=root", "--pid-file=", "--log-dhcp", "--log-facility=-",
                   f"--interface={host.interface}", "--bind-interfaces",
                   f"--dhcp-range={segment.prefix}.0,proxy", "--enable-tftp",
                   f"--tftp-root={root}", f"--dhcp-leasefile={folder}/proxy-leases"]
        super().__init__(host, command + ["--" + option for option in options],
                         os.path.join(folder, "proxy.log"), "proxy on subnet")


class IscDhcpd(_Server):
    """`text` goes into the subnet of dhcpd.conf."""

    def __init__(self, segment, folder, text, declarations=""):
        host = Neighbour(segment, 3)
        config = os.path.join(folder, "dhcpd.conf")
        leases = os.path.join(folder, "dhcpd.leases")
        open(leases, "w").close()
        with open(config, "w") as file:
            file.write(f"authoritative;\nping-check false;\n{declarations}\n"
                       f"subnet {segment.prefix}.0 netmask 255.255.255.0 {{\n"
                       f"range {segment.prefix}.50 {segment.prefix}.99;\n{text}\n}}\n")
        super().__init__(host, ["dhcpd", "-4", "-f", "-d", "-cf", config, "-lf", leases,
                                "-pf", os.path.join(folder, "dhcpd.pid"), host.interface],
                         os.path.join(folder, "dhcpd.log"), "Server starting service")


class Kea(_Server):
    """`more` is merged into the Dhcp4 object, `options` are the subnet's option-data."""

    def __init__(self, segment, folder, options, more):
        host = Neighbour(segment, 4)
        config = os.path.join(folder, "kea.conf")
        dhcp4 = {"interfaces-config": {"interfaces": [host.interface]},
                 "lease-database": {"type": "memfile", "persist": False},
                 "valid-lifetime": 600,
                 "loggers": [{"name": "kea-dhcp4", "severity": "INFO",
                              "output_options": [{"output": "stdout", "flush": True}]}],
                 "subnet4": [{"subnet": f"{segment.prefix}.0/24", "option-data": options,
                              "pools": [{"pool": f"{segment.prefix}.50-{segment.prefix}.99"}]}]}
        with open(config, "w") as file:
            json.dump({"Dhcp4": {**dhcp4, **more}}, file)
        os.environ["KEA_PIDFILE_DIR"] = os.environ["KEA_LOCKFILE_DIR"] = folder
        super().__init__(host, ["kea-dhcp4", "-c", config], os.path.join(folder, "kea.log"),
                         "DHCP4_STARTED")
