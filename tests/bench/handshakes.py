# SPDX-License-Identifier: GPL-3.0-or-later
"""Handshakes one after the other: `handshakes.py PORT PROTOCOL MODE SECONDS`, as a process of its own, for the load's core.

PROTOCOL is 1.2 or 1.3, MODE is full or resumed. Each connection makes one small request, so that its tickets arrive.
Prints how many connections there were; a resumed one that was not resumed ends it.
"""

import socket
import ssl
import sys
import time

REQUEST = b"GET /small HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def client_context(protocol):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = VERSIONS[protocol]
    return context


def connect(context, port, session):
    """One connection with one request; gives its session, whether it was resumed, and how long the handshake took."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    began = time.perf_counter()
    with context.wrap_socket(plain, server_hostname="localhost", session=session) as secured:
        taken = time.perf_counter() - began
        secured.sendall(REQUEST)
        received = b""
        while piece := secured.recv(65536):
            received += piece
        if not received.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"expected 200, got {received[:80]!r}")
        return secured.session, secured.session_reused, taken


def main(port, protocol, mode, seconds):
    context = client_context(protocol)
    session, _, _ = connect(context, port, None)
    count = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        newest, reused, _ = connect(context, port, session if mode == "resumed" else None)
        if reused != (mode == "resumed"):
            raise SystemExit(f"a handshake that was to be {mode} was not")
        session = newest if protocol == "1.3" else session  # a ticket of TLS 1.3 is good for one connection
        count += 1
    print(count)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]))
