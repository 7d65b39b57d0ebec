#!/usr/bin/env python3
"""A VLAN without the kernel's help: joins one VLAN of a guest's tap with a bridge.

  vlan_relay.py GUEST_TAP OWN_TAP TAG

Frames with that tag go to OWN_TAP, a port of the bridge, without it; frames from there get it.
Untagged frames and other VLANs end here. Prints each new priority it sees."""

import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
ETH_P_ALL, PACKET_AUXDATA, SOL_PACKET, VLAN_VALID = 0x0003, 8, 263, 0x10


def open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def tag_of(ancillary):
    """The kernel takes the tag out of the frame and puts it beside it."""
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, control, _ = struct.unpack("=IIIHHHH", data[:20])
            return control if status & VLAN_VALID else None
    return None


def main():
    guest_name, own_name, tag = sys.argv[1], sys.argv[2], int(sys.argv[3])
    own = open_tap(own_name)
    guest = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    guest.bind((guest_name, 0))
    guest.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    priorities = set()
    print("ready", flush=True)
    while True:
        for ready in select.select([own, guest], [], [])[0]:
            if ready == own:
                frame = os.read(own, 2048)
                guest.send(frame[:12] + struct.pack("!HH", 0x8100, tag) + frame[12:])
                continue
            frame, ancillary, _, address = guest.recvmsg(2048, 256)
            control = tag_of(ancillary)
            if address[2] == socket.PACKET_OUTGOING or control is None or control & 0xfff != tag:
                continue
            os.write(own, frame)
            if control >> 13 not in priorities:
                priorities.add(control >> 13)
                print(f"priority {control >> 13}", flush=True)


main()
