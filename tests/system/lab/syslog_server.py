#!/usr/bin/env python3
"""A log server: prints each datagram as a line."""

import socket
import sys


def main(host, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host, int(port)))
        while True:
            sys.stdout.buffer.write(server.recvfrom(4096)[0] + b"\n")
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
