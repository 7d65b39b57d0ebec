"""DHCP, TFTP and HTTP of a segment. Ready when the constructor returns."""

import os
import socket
import sys

from .network import wait_until
from .process import Child, Failure

_NGINX = """\
daemon off;
user root;
worker_processes 1;
pid {folder}/{name}.pid;
error_log {folder}/{name}-error.log warn;
events {{ worker_connections 64; }}
http {{
    default_type application/octet-stream;
    log_format seen '$msec $request_time $remote_addr "$request" $status $body_bytes_sent';
    access_log {folder}/{name}-access.log seen;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout {keepalive};
    {temporary}
    server {{
        listen {host}:{port};
        root {root};
        {extra}
    }}
}}
"""


def _listening(host, port):
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def start_server(command, log, host, port, **keywords):
    """The Child once it accepts connections."""
    child = Child(command, log=log, **keywords)
    ready = wait_until(lambda: _listening(host, port) or not child.running(), 10)
    if not ready or not child.running():
        raise Failure(f"{command[0]} did not start: {_read(log)}")
    return child


class Dnsmasq:
    """DHCP, and TFTP from `root`. Options are dnsmasq's own, without the dashes."""

    def __init__(self, segment, folder, root=None, filename=None, options=()):
        log = os.path.join(folder, f"dnsmasq{segment.number}.log")
        command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
                   "--user=root", "--pid-file=", "--no-ping", "--log-dhcp", "--log-facility=-",
                   "--dhcp-authoritative", f"--interface={segment.bridge}", "--bind-interfaces",
                   f"--dhcp-range={segment.prefix}.50,{segment.prefix}.99,255.255.255.0",
                   f"--dhcp-leasefile={folder}/leases{segment.number}"]
        if root:
            command += ["--enable-tftp", f"--tftp-root={root}"]
        if filename:
            command.append(f"--dhcp-boot={filename},,{segment.host}")
        command += ["--" + option for option in options]
        self._child = Child(command, log=log)
        started = wait_until(lambda: "IP range" in _read(log) or not self._child.running(), 10)
        if not started or not self._child.running():
            raise Failure(f"dnsmasq did not start: {_read(log)}")

    def stop(self):
        self._child.stop()


class Nginx:
    """stop() breaks its connections off; start() serves again."""

    def __init__(self, segment, folder, root, extra="", keepalive=30, port=80):
        name = "nginx" if port == 80 else f"nginx{port}"
        paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{path}_temp_path {folder}/{path}_temp;" for path in paths)
        config = os.path.join(folder, f"{name}.conf")
        with open(config, "w") as file:
            file.write(_NGINX.format(folder=folder, host=segment.host, port=port, root=root,
                                     name=name, temporary=temporary, extra=extra,
                                     keepalive=keepalive))
        self.access_log = os.path.join(folder, f"{name}-access.log")
        self._command = ["nginx", "-p", folder, "-c", config]
        self._place = (segment.host, port)
        self._log = os.path.join(folder, f"{name}.log")
        self.start()

    def start(self):
        self._child = start_server(self._command, self._log, *self._place)

    def statuses(self, path):
        """The status of each request for `path` that has ended, in order."""
        rows = [line.split('"') for line in _read(self.access_log).splitlines()]
        return [int(row[2].split()[0]) for row in rows if row[1].split()[1] == path]

    def stop(self):
        self._child.stop()


class FaultServer:
    """The HTTP server that misbehaves on purpose: fault_server.py on port 8080."""

    PORT = 8080

    def __init__(self, segment, folder, root):
        log = os.path.join(folder, "fault-server.log")
        program = os.path.join(os.path.dirname(__file__), "fault_server.py")
        self._child = start_server([sys.executable, program, segment.host, str(self.PORT), root],
                                   log, segment.host, self.PORT)

    def stop(self):
        self._child.stop()


def _read(path):
    with open(path, errors="replace") as file:
        return file.read()
