#!/usr/bin/env python3
"""An HTTP server that misbehaves on request. GET /FAULT/NAME serves the file NAME so:

  cut/        declares the whole length, closes after half of the body
  reset/      the same, but ends the connection with a reset
  stall/      sends half of the body and then nothing more
  silent/     reads the request and never answers
  garbage/    answers with bytes that are not HTTP
  chunked/    a correct chunked body, in chunks of odd sizes
  badchunk/   a chunk size line that is not a number
  redirect/   302 to /plain/NAME;  loop/ redirects to itself for ever
  slow/       a correct answer, header byte by byte
  plain/      a correct answer
"""

import os
import socket
import struct
import sys
import threading
import time


def _header(status, *lines):
    return "".join(line + "\r\n" for line in (f"HTTP/1.1 {status}", *lines, "")).encode()


def _body_of(root, name):
    with open(os.path.join(root, os.path.basename(name)), "rb") as file:
        return file.read()


def _read_request(connection):
    """The path of the next request, or None when the peer has closed."""
    request = b""
    while b"\r\n\r\n" not in request:
        data = connection.recv(4096)
        if not data:
            return None
        request += data
    return request.split(b" ", 2)[1].decode()


def _chunks(body):
    size = 1
    while body:
        piece, body = body[:size], body[size:]
        yield f"{len(piece):x};note=odd\r\n".encode() + piece + b"\r\n"
        size = size * 3 + 1
    yield b"0\r\nX-Trailer: yes\r\n\r\n"


def _answer(connection, fault, name, root, where):
    """True when the connection can take another request."""
    if fault == "silent":
        time.sleep(600)
        return False
    if fault == "garbage":
        connection.sendall(b"\x00\x01\x02 this is not HTTP\r\n\r\n")
        return False
    if fault in ("redirect", "loop"):
        target = f"http://{where}/{'plain' if fault == 'redirect' else 'loop'}/{name}"
        connection.sendall(_header("302 Found", "Location: " + target, "Content-Length: 0"))
        return True
    body = _body_of(root, name)
    if fault in ("chunked", "badchunk"):
        connection.sendall(_header("200 OK", "Transfer-Encoding: chunked"))
        if fault == "badchunk":
            connection.sendall(b"zz\r\n" + body[:100])
            return False
        for chunk in _chunks(body):
            connection.sendall(chunk)
        return True
    header = _header("200 OK", f"Content-Length: {len(body)}")
    if fault == "slow":
        for byte in header:
            connection.sendall(bytes([byte]))
            time.sleep(0.005)
        header = b""
    if fault in ("cut", "reset", "stall"):
        connection.sendall(header + body[: len(body) // 2])
        if fault == "stall":
            time.sleep(600)
        if fault == "reset":
            time.sleep(0.2)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    connection.sendall(header + body)
    return True


def _serve(connection, root, where):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while True:
            path = _read_request(connection)
            if path is None:
                break
            print(path, flush=True)
            _, fault, name = path.split("/", 2)
            if not _answer(connection, fault, name, root, where):
                break
    except (OSError, ValueError) as error:
        print(f"error: {error}", flush=True)
    finally:
        connection.close()


def main(host, port, root):
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection, root, f"{host}:{port}"),
                             daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
