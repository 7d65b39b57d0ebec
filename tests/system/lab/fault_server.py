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
  echo/       a script that prints method, body, Content-Type and X-Kedge of the request
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
    """(method, path, headers, body) of the next request, or None when the peer has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    while len(body) < int(headers.get("Content-Length", 0)):
        body += connection.recv(4096)
    method, path, _ = first.split(" ", 2)
    return method, path, headers, body.decode()


def _echo(method, headers, body):
    words = (method, body, headers.get("Content-Type", "-"), headers.get("X-Kedge", "-"))
    return f"#!ipxe\necho == {' '.join(words)}\n".encode()


def _chunks(body):
    size = 1
    while body:
        piece, body = body[:size], body[size:]
        yield f"{len(piece):x};note=odd\r\n".encode() + piece + b"\r\n"
        size = size * 3 + 1
    yield b"0\r\nX-Trailer: yes\r\n\r\n"


def _answer(connection, request, root, where):
    """True when the connection can take another request."""
    method, path, headers, sent = request
    _, fault, name = path.split("/", 2)
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
    body = _echo(method, headers, sent) if fault == "echo" else _body_of(root, name)
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
            request = _read_request(connection)
            if request is None:
                break
            print(request[1], flush=True)
            if not _answer(connection, request, root, where):
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
