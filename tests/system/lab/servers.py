"""DHCP, TFTP, HTTP and others of a segment. Ready when the constructor returns."""

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
    """DHCP, TFTP from `root`, and DNS if asked for: it knows what the options say and nothing else.
    Options are dnsmasq's own, without the dashes."""

    def __init__(self, segment, folder, root=None, filename=None, options=(), dns=False):
        log = os.path.join(folder, f"dnsmasq{segment.number}.log")
        command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                   *(("--no-resolv", "--no-hosts", "--log-queries") if dns else ("--port=0",)),
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


class PythonServer:
    """One of the small UDP servers beside this file, called with address and port."""

    def __init__(self, segment, folder, program, port):
        self._log = os.path.join(folder, program + ".log")
        path = os.path.join(os.path.dirname(__file__), program)
        self._child = Child([sys.executable, path, segment.host, str(port)], log=self._log)
        ready = wait_until(lambda: _bound(port) or not self._child.running(), 10)
        if not ready or not self._child.running():
            raise Failure(f"{program} did not start: {_read(self._log)}")

    def log(self):
        """What it printed so far."""
        return _read(self._log)

    def stop(self):
        self._child.stop()


class Tftpd:
    """One of Debian's other TFTP servers, from an unpacked package. Options are its own."""

    PROGRAMS = {
        "atftpd": ("atftpd", "--daemon", "--no-fork", "--logfile=-", "--verbose=7", "--user=root",
                   "--group=root"),
        "tftpd-hpa": ("in.tftpd", "--foreground", "--listen", "--verbose", "--user=root",
                      "--secure", "--permissive"),
    }

    def __init__(self, name, segment, folder, root, artifacts, options=()):
        log = os.path.join(folder, name + ".log")
        program, *fixed = self.PROGRAMS[name]
        command = [artifacts.unpacked(name, "usr", "sbin", program), *fixed]
        command += [f"--bind-address={segment.host}"] if name == "atftpd" else \
                   [f"--address={segment.host}:69"]
        libraries = artifacts.unpacked("libwrap0", "usr", "lib", "x86_64-linux-gnu")
        self._child = Child(command + list(options) + [root], log=log,
                            env={**os.environ, "LD_LIBRARY_PATH": libraries})
        ready = wait_until(lambda: _bound(69) or not self._child.running(), 10)
        if not ready or not self._child.running():
            raise Failure(f"{name} did not start: {_read(log)}")

    def stop(self):
        self._child.stop()


def _bound(port):
    """Does anybody in this namespace have that UDP port?"""
    with open("/proc/net/udp") as table:
        return any(f":{port:04X} 00000000:0000" in line for line in table)


def _read(path):
    with open(path, errors="replace") as file:
        return file.read()
