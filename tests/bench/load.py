# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to a proxy: load by wrk, idle connections, a slow reader."""

import dataclasses
import os
import pathlib
import statistics
import socket
import subprocess
import sys
import time

import handshakes
import servers

REPORT = pathlib.Path(__file__).with_name("report.lua")


@dataclasses.dataclass
class Load:
    requests: int
    received_bytes: int
    seconds: float


def run_handshakes(port, protocol, mode, seconds):
    """How many connections were made, each with one request."""
    command = [sys.executable, handshakes.__file__, str(port), protocol, mode, str(seconds)]
    finished = subprocess.run(command, capture_output=True, text=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, {servers.LOAD_CORE}))
    if finished.returncode != 0:
        raise servers.BenchError(f"{' '.join(command)} failed: {finished.stderr}")
    return int(finished.stdout)


def median_handshake(port, count):
    """Seconds of a handshake, the median of so many."""
    context = handshakes.client_context("1.3")
    return statistics.median(handshakes.connect(context, port, None)[2] for _ in range(count))


class SilentConnections:
    """COUNT open connections that never say anything."""

    def __init__(self, port, count):
        self.connections = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()


def run_wrk(port, path, connections, seconds, close_each=False, host=None, scheme="http"):
    command = [servers.find_program("wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s",
               "-s", str(REPORT)]
    if close_each:
        command += ["-H", "Connection: close"]
    if host:
        command += ["-H", f"Host: {host}"]
    command.append(f"{scheme}://127.0.0.1:{port}/{path}")
    finished = subprocess.run(command, check=True, capture_output=True, text=True,
                              preexec_fn=lambda: os.sched_setaffinity(0, {servers.LOAD_CORE}))
    counts = finished.stdout.rpartition("counts ")[2].split()
    requests, received, microseconds, errors = (int(count) for count in counts)
    # A connection that is closed by both sides at once may end in a reset: a handful are no failure of the proxy.
    if requests == 0 or errors > requests / 1000:
        raise servers.BenchError(f"wrk counted {errors} errors in {requests} requests to /{path}:\n{finished.stdout}")
    return Load(requests, received, microseconds / 1e6)


def read_response(connection):
    """One small response with a Content-Length, off the socket."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    if not head.startswith(b"HTTP/1.1 200"):
        raise servers.BenchError(f"expected 200, got {head[:80]!r}")
    while len(body) < length:
        body += receive(connection)


def receive(connection):
    piece = connection.recv(65536)
    if not piece:
        raise servers.BenchError("the proxy closed a connection that was to stay open")
    return piece


class IdleConnections:
    """COUNT open connections, each of which made one request."""

    def __init__(self, port, count):
        self.port = port
        self.count = count
        self.connections = []

    def __enter__(self):
        try:
            for _ in range(self.count):
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
                self.connections.append(connection)
                connection.sendall(b"GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n")
                read_response(connection)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for connection in self.connections:
            connection.close()

    def check_still_open(self):
        """So that nobody is praised for memory that was saved by closing."""
        for connection in self.connections[:: max(1, self.count // 100)]:
            connection.setblocking(False)
            try:
                if connection.recv(1) == b"":
                    raise servers.BenchError("the proxy closed idle connections during the measurement")
            except BlockingIOError:
                pass


WEBSOCKET_REQUEST = (b"GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
# A masked text frame, "hello" with a mask of zeros; the origin sends it back as it is.
WEBSOCKET_FRAME = b"\x81\x85\0\0\0\0hello"


class QuietWebSockets(IdleConnections):
    """COUNT open WebSockets, over each of which one message went there and back."""

    def __enter__(self):
        try:
            for _ in range(self.count):
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
                self.connections.append(connection)
                connection.sendall(WEBSOCKET_REQUEST)
                received = b""
                while b"\r\n\r\n" not in received:
                    received += receive(connection)
                if not received.startswith(b"HTTP/1.1 101"):
                    raise servers.BenchError(f"expected 101, got {received[:80]!r}")
                connection.sendall(WEBSOCKET_FRAME)
                received = received.partition(b"\r\n\r\n")[2]
                while len(received) < len(WEBSOCKET_FRAME):
                    received += receive(connection)
        except BaseException:
            self.close()
            raise
        return self


def read_slowly(port, path, size, slow_seconds, observe):
    """Takes 4 KiB each 5 ms for a while, then the rest at full speed; calls OBSERVE every now and then."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(60)
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        received = 0
        slow_until = time.monotonic() + slow_seconds
        next_look = 0
        while True:
            slow = time.monotonic() < slow_until
            piece = connection.recv(4096 if slow else 1 << 20)
            if not piece:
                break
            received += len(piece)
            if slow:
                time.sleep(0.005)
            if time.monotonic() >= next_look:
                observe()
                next_look = time.monotonic() + 0.1
    if received < size:
        raise servers.BenchError(f"expected {size} bytes of /{path}, got {received}")
