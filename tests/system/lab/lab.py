"""Lab: what a test case works with. It makes servers and machines and ends them all."""

import os

from .artifacts import Artifacts
from .dhcp_servers import IscDhcpd, Kea, ProxyDnsmasq
from .machine import Card, Machine, Setup
from .network import Segment, prepare_namespace
from .process import require
from .servers import Dnsmasq, FaultServer, Nginx, PythonServer, Tftpd
from .web_servers import Apache, Lighttpd


class Lab:
    """One per case. `folder` takes logs and captures; `artifacts` are ready."""

    def __init__(self, folder, build):
        self.folder = folder
        self.artifacts = Artifacts(build)
        self.root = os.path.join(folder, "root")  # of the TFTP and HTTP servers
        self._things = []
        os.makedirs(self.root)
        for path in self.artifacts.served():
            os.symlink(os.path.realpath(path), os.path.join(self.root, os.path.basename(path)))
        prepare_namespace()

    def _keep(self, thing):
        self._things.append(thing)
        return thing

    def keep(self, thing):
        """Ends `thing`, by its stop(), together with the lab."""
        return self._keep(thing)

    def close(self):
        for thing in reversed(self._things):
            thing.stop()

    def segment(self, number=0):
        return self._keep(Segment(number, self.folder))

    def dhcp(self, segment, filename=None, options=(), tftp=True, dns=False):
        root = self.root if tftp else None
        return self._keep(Dnsmasq(segment, self.folder, root, filename, options, dns))

    def proxy(self, segment, options):
        return self._keep(ProxyDnsmasq(segment, self.folder, self.root, options))

    def isc(self, segment, text, declarations=""):
        return self._keep(IscDhcpd(segment, self.folder, text, declarations))

    def kea(self, segment, options, more):
        return self._keep(Kea(segment, self.folder, options, more))

    def tftpd(self, name, segment, options=()):
        """TFTP by another server than dnsmasq: dhcp() needs tftp=False then."""
        return self._keep(Tftpd(name, segment, self.folder, self.root, self.artifacts, options))

    def python_server(self, segment, program, port):
        return self._keep(PythonServer(segment, self.folder, program, port))

    def http(self, segment, **more):
        return self._keep(Nginx(segment, self.folder, self.root, **more))

    def lighttpd(self, segment):
        return self._keep(Lighttpd(self.artifacts.lighttpd(), segment, self.folder, self.root))

    def apache(self, segment):
        return self._keep(Apache(segment, self.folder, self.root))

    def faults(self, segment):
        return self._keep(FaultServer(segment, self.folder, self.root))

    def file(self, name, content):
        """Puts a file on the servers; its path."""
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def machine(self, way, *segments, card_options="", model="", name="machine", **more):
        """Switches a machine on, with one card on each segment; `more` is for its Setup."""
        cards = [Card(segment, model or way.card, card_options) for segment in segments]
        return self._keep(Machine(Setup(way, cards, **more), self.folder, name))

    def require_reports(self, machine, wanted, seconds):
        """Waits until the guest has finished; its reports must hold each of `wanted`."""
        machine.console.expect(r"KEDGE-TEST done", seconds, unless="Kernel panic")
        reports = [line for line in machine.console.text().splitlines() if "KEDGE-TEST" in line]
        for text in wanted:
            require(any(text in line for line in reports),
                    f"the guest did not report {text!r} but:\n  " + "\n  ".join(reports))
