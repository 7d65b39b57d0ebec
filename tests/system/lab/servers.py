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
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
events {{ worker_connections 64; }}
http {{
    default_type application/octet-stream;
    log_format seen '$msec $request_time $remote_addr "$request" $status $body_bytes_sent';
    access_log {folder}/nginx-access.log seen;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout {keepalive};
    {temporary}
    server {{
        listen {host}:80;
        root {root};
        {extra}
    }}
}}
"""


def _listening(host, port):
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


class Dnsmasq:
    """DHCP, TFTP from `root`, and DNS if asked for: it knows what the options say and nothing else.
    Options are dnsmasq's own, without the dashes."""

    def __init__(self, segment, folder, root=None, filename=None, options=(), dns=False):
        log = os.path.join(folder, f"dnsmasq{segment.number}.log")
        command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                   *(("--no-resolv", "--no-hosts", "--log-queries") if dns else ("--port=0",)),
                   "--user=root", "--pid-file=", "--no-ping", "--log-dhcp", "--log-facility=-",
                   "--dhcp-authoritative", f"--interface={segment.servers}", "--bind-interfaces",
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
    def __init__(self, segment, folder, root, extra="", keepalive=30):
        paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{name}_temp_path {folder}/{name}_temp;" for name in paths)
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as file:
            file.write(_NGINX.format(folder=folder, host=segment.host, root=root,
                                     temporary=temporary, extra=extra, keepalive=keepalive))
        self.access_log = os.path.join(folder, "nginx-access.log")
        log = os.path.join(folder, "nginx.log")
        self._child = Child(["nginx", "-p", folder, "-c", config], log=log)
        ready = wait_until(
            lambda: _listening(segment.host, 80) or not self._child.running(), 10)
        if not ready or not self._child.running():
            raise Failure(f"nginx did not start: {_read(log)}")

    def stop(self):
        self._child.stop()


class FaultServer:
    """The HTTP server that misbehaves on purpose: fault_server.py on port 8080."""

    PORT = 8080

    def __init__(self, segment, folder, root):
        log = os.path.join(folder, "fault-server.log")
        program = os.path.join(os.path.dirname(__file__), "fault_server.py")
        self._child = Child([sys.executable, program, segment.host, str(self.PORT), root], log=log)
        ready = wait_until(
            lambda: _listening(segment.host, self.PORT) or not self._child.running(), 10)
        if not ready or not self._child.running():
            raise Failure(f"the fault server did not start: {_read(log)}")

    def stop(self):
        self._child.stop()


def _read(path):
    with open(path, errors="replace") as file:
        return file.read()
