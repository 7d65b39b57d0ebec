#!/usr/bin/env python3
"""A bad line between a segment and one machine: frames are delayed, held back, repeated and damaged.

As a program it carries frames between a tap of its own (a port of the segment's bridge, which sees
plain frames of MTU size) and the kernel's side of the machine's tap. Class Relay starts it and
stands in for the segment where a machine gets its card.

  relay.py BRIDGE-TAP MACHINE-TAP --delay MS --reorder P --duplicate P --corrupt P --seed N
"""

import argparse
import fcntl
import heapq
import os
import random
import select
import socket
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
ETH_P_ALL = 3
SOL_PACKET, PACKET_IGNORE_OUTGOING = 263, 23
ETHERNET_HEADER = 14
HELD_BACK = 0.003  # seconds, at most
BATCH = 64  # frames from one side before the other has its turn
MOST_WAITING = 20000


def open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def open_packet(name):
    side = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    side.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    side.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    side.bind((name, 0))
    side.setblocking(False)
    return side


class Line:
    """What happens to frames on their way."""

    def __init__(self, options):
        self._options = options
        self._random = random.Random(options.seed)
        self._waiting = []
        self._count = 0

    def _happens(self, probability):
        return probability > 0 and self._random.random() < probability

    def add(self, frame, send, now):
        options = self._options
        if len(self._waiting) > MOST_WAITING:
            return
        due = now + options.delay / 1000
        if self._happens(options.reorder):
            due += self._random.random() * HELD_BACK
        if self._happens(options.corrupt) and len(frame) > ETHERNET_HEADER:
            damaged = bytearray(frame)
            damaged[self._random.randrange(ETHERNET_HEADER, len(frame))] ^= \
                1 << self._random.randrange(8)
            frame = bytes(damaged)
        for _ in range(2 if self._happens(options.duplicate) else 1):
            self._count += 1
            heapq.heappush(self._waiting, (due, self._count, frame, send))

    def deliver(self, now):
        """Sends what is due; seconds until there is more, or None."""
        while self._waiting and self._waiting[0][0] <= now:
            _, _, frame, send = heapq.heappop(self._waiting)
            try:
                send(frame)
            except OSError:
                pass  # a full or absent line loses frames
        return self._waiting[0][0] - now if self._waiting else None


def carry(options):
    tap = open_tap(options.bridge_tap)
    side = open_packet(options.machine_tap)
    print("ready", flush=True)
    line = Line(options)
    ways = {tap: (lambda: os.read(tap, 65536), side.send),
            side.fileno(): (lambda: side.recv(65536), lambda frame: os.write(tap, frame))}
    poller = select.poll()
    for descriptor in ways:
        poller.register(descriptor, select.POLLIN)
    rest = None
    while True:
        ready = poller.poll(None if rest is None else max(0, rest * 1000))
        for descriptor, _ in ready:
            receive, send = ways[descriptor]
            now = time.monotonic()
            for _ in range(BATCH):
                try:
                    line.add(receive(), send, now)
                except OSError:
                    break
        rest = line.deliver(time.monotonic())


class Relay:
    """A segment as the machine behind the bad line sees it. Options as those of the program."""

    def __init__(self, segment, folder, **options):
        from .network import wait_until
        from .process import Child, Failure, run

        self.number, self.host, self.prefix = segment.number, segment.host, segment.prefix
        self._tap = f"far{segment.number}"
        near = f"near{segment.number}"
        for tap in (self._tap, near):
            run(["ip", "tuntap", "add", "dev", tap, "mode", "tap"])
            # The host's own stack must not answer on the machine's side of the line.
            run(["ip", "link", "set", tap, "arp", "off", "up"])
        run(["ip", "link", "set", near, "master", segment.bridge])
        log = os.path.join(folder, "relay.log")
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._child = Child([sys.executable, os.path.abspath(__file__), near, self._tap,
                             *arguments], log=log)

        def ready():
            with open(log, encoding="utf-8") as file:
                return "ready" in file.read()

        if not wait_until(ready, 10):
            raise Failure(f"the relay did not start: see {log}")

    def tap(self):
        return self._tap

    def stop(self):
        self._child.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bridge_tap")
    parser.add_argument("machine_tap")
    parser.add_argument("--delay", type=float, default=0)
    for fault in ("reorder", "duplicate", "corrupt"):
        parser.add_argument(f"--{fault}", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    try:
        carry(parser.parse_args())
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
