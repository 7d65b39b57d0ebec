"""The running part of tools/demo: servers on loopback, one QEMU, and a clock from power-on.

Called by tools/demo, which has installed and built everything."""

import argparse
import functools
import http.server
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

import debian
import initrd

OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"
HOST = "10.0.2.2"  # this machine, as seen from QEMU's user network
NO_WAIT_SECONDS = 180
# Network drivers that Debian's cloud kernel has, or may get.
MODULES = ("virtio_pci", "virtio_net", "vmxnet3", "ena", "e1000", "e1000e", "igb", "8139cp",
           "af_packet")

SCRIPT = """\
#!ipxe
echo Kedge demo: kernel and initrd from {base}
kernel {base}/vmlinuz console=ttyS0,115200 quiet initrd=initrd.img kedge.ip=${{net0/ip}} \
kedge.mac=${{net0/mac}}{more}
initrd {base}/initrd.img
boot
"""


class _Files(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


def serve_files(folder):
    """HTTP on a free port of loopback; the port."""
    handler = functools.partial(_Files, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def has_dhcp(path):
    """Whether the libpcap file holds a packet to UDP port 67."""
    if not os.path.exists(path):
        return False
    with open(path, "rb") as file:
        data = file.read(1 << 20)
    offset = 24
    while offset + 16 <= len(data):
        length = struct.unpack_from("<I", data, offset + 8)[0]
        frame = data[offset + 16:offset + 16 + length]
        if frame[12:14] == b"\x08\x00" and frame[23:24] == b"\x11" and frame[36:38] == b"\x00\x43":
            return True
        offset += 16 + length
    return False


class Clock:
    """Answers the guest's one question, on its second serial port: how long did it take?

    The first DHCP packet is timed by watching the capture grow: QEMU stamps packets with its own
    clock, whose zero it tells only to the second."""

    def __init__(self, path, capture):
        self.kernel_came_up = False
        self._capture = capture
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(1)
        self._power_on = self._dhcp = None

    def start(self):
        """Power-on is now."""
        self._power_on = time.monotonic()
        for watch in (self._watch_capture, self._serve):
            threading.Thread(target=watch, daemon=True).start()

    def _watch_capture(self):
        while not has_dhcp(self._capture):
            time.sleep(0.01)
        self._dhcp = time.monotonic()

    def _serve(self):
        connection, _ = self._listener.accept()
        received = b""
        while data := connection.recv(4096):
            received = (received + data)[-4096:]
            match = re.search(rb"kedge-demo up ([0-9.]+)\r?\n", received)
            if match and not self.kernel_came_up:
                self.kernel_came_up = True
                connection.sendall(self._answer(time.monotonic() - float(match.group(1))).encode())

    def _answer(self, kernel):
        dhcp = f"dhcp={self._dhcp - self._power_on:.2f} " if self._dhcp else ""
        return f"{dhcp}kernel={kernel - self._power_on:.2f}\n"


def prepare_files(options, folder):
    """What the servers offer: kernel and initrd in folder/http, the script in folder/tftp."""
    cache = os.path.join(options.build, "cache")
    kernel = debian.kernel(cache)
    for name in ("http", "tftp"):
        os.mkdir(os.path.join(folder, name))
    os.symlink(os.path.abspath(kernel.vmlinuz), os.path.join(folder, "http", "vmlinuz"))
    init = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest", "init")
    initrd.build(os.path.join(folder, "http", "initrd.img"), init, debian.busybox(cache), kernel,
                 MODULES)
    port = serve_files(os.path.join(folder, "http"))
    with open(os.path.join(folder, "tftp", "boot.ipxe"), "w") as file:
        file.write(SCRIPT.format(base=f"http://{HOST}:{port}",
                                 more=" kedge.exit" if options.no_wait else ""))


def image_arguments(options, folder):
    image = os.path.abspath(options.file)
    if options.image == "lkrn":
        return ["-kernel", image]
    if options.image == "efi":
        boot = os.path.join(folder, "esp", "EFI", "BOOT")
        os.makedirs(boot)
        shutil.copyfile(image, os.path.join(boot, "BOOTX64.EFI"))
        image = "fat:" + os.path.join(folder, "esp")
    return ["-drive", f"if=none,id=disk,format=raw,snapshot=on,file={image}",
            "-device", "ide-hd,drive=disk,bootindex=0"]


def qemu_arguments(options, folder):
    # Emulation by default: it is the same everywhere, and quick enough.
    accelerator = os.environ.get("KEDGE_ACCEL", "tcg")
    command = ["qemu-system-x86_64", "-nodefaults", "-machine", "q35" if options.uefi else "pc",
               "-accel", accelerator, "-m", "1024", "-vga", "std", "-display", "none", "-no-reboot",
               *(["-serial", "stdio"] if options.no_wait else ["-serial", "mon:stdio"]),
               "-chardev", f"socket,id=clock,path={folder}/clock", "-serial", "chardev:clock"]
    if options.uefi:
        shutil.copyfile(OVMF_VARS, f"{folder}/vars.fd")
        command += ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF_CODE}",
                    "-drive", f"if=pflash,format=raw,unit=1,file={folder}/vars.fd"]
    # A virtio card needs no option ROM; the others bring the UEFI driver in theirs.
    rom = ",romfile=" if options.nic.startswith("virtio") else ""
    return command + image_arguments(options, folder) + [
        "-netdev", f"user,id=net0,tftp={folder}/tftp,bootfile=boot.ipxe",
        "-device", f"{options.nic},netdev=net0{rom}",
        "-object", f"filter-dump,id=dump,netdev=net0,file={folder}/net.pcap,maxlen=400"]


def run(options, folder):
    prepare_files(options, folder)
    command = qemu_arguments(options, folder)
    clock = Clock(f"{folder}/clock", f"{folder}/net.pcap")
    clock.start()
    source = subprocess.DEVNULL if options.no_wait or not sys.stdin.isatty() else None
    machine = subprocess.Popen(command, stdin=source)
    try:
        status = machine.wait(NO_WAIT_SECONDS if options.no_wait else None)
    except subprocess.TimeoutExpired:
        print(f"\ntools/demo: not finished after {NO_WAIT_SECONDS} s", file=sys.stderr)
        return 1
    finally:
        if machine.poll() is None:
            machine.terminate()
            machine.wait()
    if status != 0:
        print(f"\ntools/demo: QEMU ended with status {status}", file=sys.stderr)
        return 1
    if not clock.kernel_came_up:
        print("\ntools/demo: the kernel did not come up", file=sys.stderr)
        return 1
    return 0


def _interrupted(number, _):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser()
    for name in ("--image", "--file", "--nic", "--build"):
        parser.add_argument(name, required=True)
    for name in ("--uefi", "--no-wait"):
        parser.add_argument(name, action="store_true")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    terminal = termios.tcgetattr(sys.stdin) if sys.stdin.isatty() else None
    try:
        with tempfile.TemporaryDirectory(prefix="kedge-demo-") as folder:
            return run(options, folder)
    except debian.PackageError as error:
        print(f"tools/demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if terminal:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, terminal)


if __name__ == "__main__":
    sys.exit(main())
