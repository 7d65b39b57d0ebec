#!/usr/bin/env python3
"""A time server: tells what the host's clock says."""

import socket
import struct
import sys
import time

SINCE_1900 = 2208988800


def stamp(seconds):
    return int((seconds + SINCE_1900) * (1 << 32))


def main(host, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host, int(port)))
        while True:
            query, peer = server.recvfrom(512)
            received = stamp(time.time())
            if len(query) < 48 or query[0] & 7 != 3:
                continue
            cookie = struct.unpack("!Q", query[40:48])[0]
            server.sendto(struct.pack("!BBbb2I4s4Q", 0x24, 2, 6, -20, 0, 0, b"\x7f\0\0\1", received,
                                      cookie, received, stamp(time.time())), peer)
            print(f"{peer[0]} asked", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
