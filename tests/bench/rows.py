# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, row by row, and what Portlight is to reach."""

import dataclasses
import time

import configurations
import load
import servers

IDLE_CONNECTIONS = 9000
QUIET_WEBSOCKETS = 2000
SILENT_CONNECTIONS, HANDSHAKES = 1000, 200
QUIET_SECONDS = 60
CHECKED_SECONDS, CHECKED_SETTLE_SECONDS = 30, 2
SETTLE_SECONDS = 0.3
# What an unchanged process shows from one look to the next.
MEMORY_NOISE = 256 * 1024


@dataclasses.dataclass(frozen=True)
class TimeRow:
    """CPU time per request under load."""

    key: str
    title: str
    path: str = "small"
    connections: int = 32
    idle: int = 0
    close_each: bool = False
    capturing: bool = False
    # Of configurations.py; those not in FOR_ALL only nginx and Portlight can run.
    configuration: str = "plain"
    host: str = None
    # Portlight's figure divided by `target_of`'s: another proxy's name, or the key of another row of its own.
    target: float = None
    target_of: str = "nginx"

    def measure(self, proxy, seconds):
        """Microseconds of CPU for one request; bodies count by the bytes that arrived, so that none is half counted."""
        with load.IdleConnections(proxy.port, self.idle) as idle:
            before = proxy.cpu_nanoseconds()
            done = load.run_wrk(proxy.port, self.path, self.connections, seconds, self.close_each,
                                self.host, proxy.scheme)
            spent = proxy.cpu_nanoseconds() - before
            idle.check_still_open()
        if self.idle:
            time.sleep(SETTLE_SECONDS)
        body = servers.BODIES.get(self.path)
        requests = done.received_bytes / body if body else done.requests
        return spent / requests / 1000


@dataclasses.dataclass(frozen=True)
class HandshakeRow:
    """CPU time of a TLS connection that makes one request."""

    key: str
    title: str
    protocol: str
    mode: str
    target: float
    target_of: str = "nginx"
    configuration: str = "tls"
    capturing: bool = False

    def measure(self, proxy, seconds):
        """Microseconds."""
        before = proxy.cpu_nanoseconds()
        count = load.run_handshakes(proxy.port, self.protocol, self.mode, seconds)
        return (proxy.cpu_nanoseconds() - before) / count / 1000


TIME_ROWS = [
    TimeRow("small32", "small, keep-alive, 32 connections", target=1.0),
    TimeRow("small256", "small, keep-alive, 256 connections", connections=256, target=1.0),
    TimeRow("idle", f"small, 32 of them with {IDLE_CONNECTIONS} idle", idle=IDLE_CONNECTIONS, target=1.15,
            target_of="small32"),
    TimeRow("body100k", "100 KB bodies", path="100k", target=1.0),
    TimeRow("body10m", "10 MB bodies, 8 connections", path="10m", connections=8, target=1.0),
    TimeRow("close", "a new connection for each request", close_each=True, target=1.1),
    TimeRow("group8", f"small, a group of {configurations.GROUP_PEERS} backends", configuration="group8", target=1.0),
    TimeRow("upstream_tls", "small, the backend over TLS", configuration="upstream_tls", target=1.3),
    TimeRow("tls", "small, clients over TLS, keep-alive", configuration="tls", target=1.35),
    HandshakeRow("handshake", "full handshake, TLS 1.3, one request", "1.3", "full", 1.4),
    HandshakeRow("handshake12", "full handshake, TLS 1.2, one request", "1.2", "full", 1.4),
    HandshakeRow("resumed", "resumed handshake, TLS 1.3, one request", "1.3", "resumed", 1.15),
    HandshakeRow("resumed12", "resumed handshake, TLS 1.2, one request", "1.2", "resumed", 1.15),
    TimeRow("realistic", "realistic: 2 regexes, a map, added fields", configuration="realistic", target=1.0),
    TimeRow("one", "1 server of 10 locations loaded", configuration="one", host=configurations.host_of(0)),
    TimeRow("many", f"{configurations.SERVERS_MANY:,} servers of 10 locations loaded", configuration="many",
            host=configurations.host_of(configurations.SERVERS_MANY // 2), target=1.1, target_of="one"),
    TimeRow("capture", "small, 32 connections, capture on", capturing=True),
]


@dataclasses.dataclass(frozen=True)
class LoadRow:
    """CPU time of reading a configuration, up to where it would serve."""

    key: str
    title: str
    configuration: str
    target: float
    target_of: str = "nginx"
    capturing: bool = False

    @staticmethod
    def measure(proxy):
        """Microseconds."""
        return proxy.loading_nanoseconds() / 1000


LOAD_ROWS = [
    LoadRow("load", f"loading {configurations.SERVERS_MANY:,} servers of 10 locations", "many", target=2.0),
]


def idle_memory(proxy):
    """Bytes of memory for one idle connection that made one request."""
    load.run_wrk(proxy.port, "small", 32, 1)
    time.sleep(SETTLE_SECONDS)
    before = proxy.memory_bytes()
    with load.IdleConnections(proxy.port, IDLE_CONNECTIONS) as idle:
        time.sleep(SETTLE_SECONDS)
        grown = proxy.memory_bytes() - before
        idle.check_still_open()
    return grown / IDLE_CONNECTIONS


def slow_reader_memory(proxy):
    """How many bytes more a 1 GB body needs at its peak than a 100 KB one, both through a slow reader."""
    load.run_wrk(proxy.port, "small", 32, 1)
    peaks = []
    for path, slow_seconds in (("100k", 0.5), ("1g", 4)):
        time.sleep(SETTLE_SECONDS)
        start = proxy.memory_bytes()
        peak = start

        def observe():
            nonlocal peak
            peak = max(peak, proxy.memory_bytes())

        load.read_slowly(proxy.port, path, servers.BODIES[path], slow_seconds, observe)
        peaks.append(peak)
    return max(0, peaks[1] - peaks[0])


def websocket_memory(proxy):
    """Bytes of memory for one quiet WebSocket, both of its sockets together."""
    with load.QuietWebSockets(proxy.port, 32):
        time.sleep(SETTLE_SECONDS)
    before = proxy.memory_bytes()
    with load.QuietWebSockets(proxy.port, QUIET_WEBSOCKETS) as sockets:
        time.sleep(SETTLE_SECONDS)
        grown = proxy.memory_bytes() - before
        sockets.check_still_open()
    return grown / QUIET_WEBSOCKETS


def websocket_share(proxy):
    """The share of a core that quiet WebSockets take."""
    with load.QuietWebSockets(proxy.port, QUIET_WEBSOCKETS) as sockets:
        time.sleep(SETTLE_SECONDS)
        before = proxy.cpu_nanoseconds()
        time.sleep(QUIET_SECONDS)
        spent = proxy.cpu_nanoseconds() - before
        sockets.check_still_open()
    return spent / 1e9 / QUIET_SECONDS


def check_share(proxy):
    """The share of a core that checks of all backends take, each second; refuses to measure one that makes fewer."""
    time.sleep(CHECKED_SETTLE_SECONDS)
    seen = proxy.origin.requests_seen()
    before = proxy.cpu_nanoseconds()
    time.sleep(CHECKED_SECONDS)
    spent = proxy.cpu_nanoseconds() - before
    checks = proxy.origin.requests_seen() - seen - 1
    if checks < configurations.CHECKED_PEERS * (CHECKED_SECONDS - 1):
        raise servers.BenchError(f"{proxy.name} made only {checks} checks in {CHECKED_SECONDS} seconds")
    return spent / 1e9 / CHECKED_SECONDS


def silent_delay(proxy):
    """The median handshake among silent connections, divided by that on an idle port."""
    load.median_handshake(proxy.port, HANDSHAKES)
    alone = load.median_handshake(proxy.port, HANDSHAKES)
    with load.SilentConnections(proxy.port, SILENT_CONNECTIONS):
        return load.median_handshake(proxy.port, HANDSHAKES) / alone


@dataclasses.dataclass(frozen=True)
class MemoryRow:
    key: str
    title: str
    measure: callable
    # Of Portlight itself: bytes, a share of a core, or a ratio.
    target: float
    unit: str = "bytes"
    configuration: str = "plain"
    capturing: bool = False


MEMORY_ROWS = [
    MemoryRow("memory_idle", "memory of an idle connection", idle_memory, 6 * 1024),
    MemoryRow("memory_slow", "1 GB body, slow reader: extra memory", slow_reader_memory, MEMORY_NOISE),
    MemoryRow("websockets", f"memory of a quiet WebSocket, of {QUIET_WEBSOCKETS:,}", websocket_memory, 16 * 1024,
              configuration="websockets"),
    MemoryRow("websockets_cpu", f"{QUIET_WEBSOCKETS:,} quiet WebSockets, share of a core", websocket_share, 0.001,
              unit="share", configuration="websockets"),
    MemoryRow("silent", f"handshake with {SILENT_CONNECTIONS:,} silent connections, to that without", silent_delay, 1.5,
              unit="ratio", configuration="tls"),
    MemoryRow("health100", f"{configurations.CHECKED_PEERS} backends checked each second, share of a core", check_share,
              0.02, unit="share", configuration="checked"),
]
