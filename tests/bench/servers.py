# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxies that are compared and the origin behind them: configuration, start, stop."""

import ctypes
import http.client
import os
import pathlib
import random
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

import accounting
import configurations

PROXY_CORE, LOAD_CORE = (sorted(os.sched_getaffinity(0)) * 2)[:2]
# 10,000 servers are loaded within it.
START_SECONDS_MAX = 60
# A process that needs less of a core than this has nothing left to do from its start.
QUIET_SHARE, QUIET_LOOK_SECONDS = 0.02, 0.2
STOP_SECONDS_MAX = 5
PR_SET_PDEATHSIG = 1

SMALL_BODY = 128
BODIES = {"100k": 100 * 1024, "10m": 10 * 1024 * 1024, "1g": 1024 * 1024 * 1024}


class BenchError(Exception):
    """Something that makes the measurement impossible; the message says what to do."""


def raise_descriptor_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


GIVEN_PORTS = set()


def free_port():
    """Never the same one twice, and none that the system gives to clients."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in GIVEN_PORTS:
            GIVEN_PORTS.add(port)
            return port


def find_program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise BenchError(f"{name} is not installed; ./dev bench installs it")
    return path


def make_certificate(folder):
    """A self-signed one of P-256, which nobody is told to verify."""
    subprocess.run([find_program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout",
                    str(folder / "key.pem"), "-out", str(folder / "certificate.pem")], check=True, capture_output=True)


class Server:
    """One server process on one core, listening on self.port while the `with` block lasts."""

    name = ""
    core = PROXY_CORE
    scheme = "http"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / self.name.replace(" ", "-").lower()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process = None

    def command(self):
        raise NotImplementedError

    def connect(self, timeout=5):
        if self.scheme == "http":
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=unverified)

    def environment(self):
        return {}

    def __enter__(self):
        command = self.command()
        log = open(self.folder / "output.log", "wb")
        with log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
                env={**os.environ, **self.environment()}, start_new_session=True, preexec_fn=self.prepare_child)
        self.wait_until_ready()
        self.pids = accounting.family(self.process.pid)
        return self

    def prepare_child(self):
        os.sched_setaffinity(0, {self.core})
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                connection = self.connect(timeout=2)
                connection.request("GET", "/small")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.05)
        self.stop()
        output = (self.folder / "output.log").read_text(errors="replace")
        raise BenchError(f"{self.name} did not start:\n{output}")

    def wait_until_quiet(self):
        """What a program puts off until after its first answer is part of its start, not of the requests behind it."""
        deadline = time.monotonic() + START_SECONDS_MAX
        spent = self.cpu_nanoseconds()
        while time.monotonic() < deadline:
            time.sleep(QUIET_LOOK_SECONDS)
            before, spent = spent, self.cpu_nanoseconds()
            if spent - before < QUIET_SHARE * QUIET_LOOK_SECONDS * 1e9:
                return
        raise BenchError(f"{self.name} does not come to rest after its start")

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(STOP_SECONDS_MAX)
                return
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                return

    def cpu_nanoseconds(self):
        return accounting.cpu_nanoseconds(self.pids)

    def memory_bytes(self):
        return accounting.memory_bytes(self.pids)


def nginx_head(folder, core_count=1):
    """What nginx wants before its http block. Root would otherwise drop to a user that cannot read the folder."""
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    user = "user root root;\n" if os.geteuid() == 0 else ""
    return (f"{user}daemon off;\nworker_processes {core_count};\nworker_rlimit_nofile {descriptors};\n"
            f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log warn;\n"
            f"events {{ worker_connections {descriptors - 200}; }}\n")


def nginx_temporary_folders(folder):
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"    {name}_temp_path {folder}/{name};\n" for name in names)


class Origin(Server):
    """The backend of all proxies: nginx on the load generator's core, answers of fixed size."""

    name = "origin"
    core = LOAD_CORE

    def __init__(self, folder):
        super().__init__(folder)
        self.tls_port = free_port()

    def command(self):
        make_certificate(self.folder)
        listens = "".join(f"        listen {peer} backlog=4096;\n"
                          for peer in configurations.peers(configurations.CHECKED_PEERS, self.port))
        for body, size in BODIES.items():
            with open(self.folder / body, "wb") as file:
                file.truncate(size)
        seen = "$http_host|$http_x_real_ip|$http_x_forwarded_for|$http_x_forwarded_proto|$server_protocol|$connection"
        text = nginx_head(self.folder) + f"""http {{
    access_log off;
    default_type text/plain;
    sendfile on;
    tcp_nodelay on;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
{nginx_temporary_folders(self.folder)}
    ssl_certificate {self.folder}/certificate.pem;
    ssl_certificate_key {self.folder}/key.pem;
    server {{
{listens}        listen 127.0.0.1:{self.tls_port} ssl backlog=4096;
        location = /small {{ return 200 "{'x' * SMALL_BODY}"; }}
        location = /seen {{ return 200 "{seen}"; }}
        location = /counters {{ stub_status; }}
        location / {{ root {self.folder}; }}
    }}
}}
"""
        config = self.folder / "nginx.conf"
        config.write_text(text)
        return [find_program("nginx"), "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(config)]


    def requests_seen(self):
        """How many requests have come so far, before the one that asks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", "/counters")
        _, _, counters, *_ = connection.getresponse().read().decode().splitlines()
        connection.close()
        return int(counters.split()[2]) - 1


class WebSocketOrigin(Server):
    """The backend of proxied WebSockets."""

    name = "websocket origin"
    core = LOAD_CORE
    program = pathlib.Path(__file__).with_name("websocketorigin.py")

    def command(self):
        return [sys.executable, str(self.program), str(self.port)]


class Proxy(Server):
    # Whether it runs the configurations of configurations.py; the others run their own counterpart of the plain one.
    speaks_nginx = False

    def __init__(self, folder, origin, configuration="plain"):
        super().__init__(folder)
        self.origin = origin
        self.configuration = configuration
        if configuration in configurations.SECURED:
            self.scheme = "https"
            make_certificate(self.folder)

    def origin_port(self):
        return self.origin.tls_port if self.configuration in configurations.OVER_TLS else self.origin.port

    def peers(self):
        return configurations.peers(configurations.PEER_COUNTS.get(self.configuration, 1), self.origin_port())

    def nginx_text(self, extra=""):
        return configurations.TEXTS[self.configuration](self.port, self.origin_port(), extra)


class Nginx(Proxy):
    name = "nginx"
    speaks_nginx = True

    def loading_nanoseconds(self):
        """CPU time of `nginx -t`."""
        process = subprocess.Popen([*self.command(), "-t"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, cwd=self.folder, preexec_fn=self.prepare_child)
        with process.stderr:
            output = process.stderr.read().decode(errors="replace")
        _, status, used = os.wait4(process.pid, 0)
        if status != 0:
            raise BenchError(f"nginx -t refuses the configuration:\n{output}")
        return (used.ru_utime + used.ru_stime) * 1e9

    def command(self):
        # nginx would write what its reader has not taken yet to a file: without that it is at its best.
        extra = nginx_temporary_folders(self.folder) + "    proxy_max_temp_file_size 0;"
        config = self.folder / "nginx.conf"
        config.write_text(nginx_head(self.folder) + self.nginx_text(extra))
        return [find_program("nginx"), "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(config)]


class HAProxy(Proxy):
    name = "HAProxy"

    def command(self):
        # HAProxy reckons with two descriptors for each connection. By default it gives up keeping backend connections
        # when a quarter of the descriptors is in use, which idle clients alone would reach here.
        connections = (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 500) // 2
        tls = " ssl verify none" if self.configuration in configurations.OVER_TLS else ""
        backends = "".join(f"    server origin{number} {peer} pool-max-conn 512 pool-purge-delay 600s{tls}\n"
                           for number, peer in enumerate(self.peers()))
        config = self.folder / "haproxy.cfg"
        config.write_text(f"""global
    nbthread 1
    maxconn {connections}
    tune.pool-low-fd-ratio 100
    tune.pool-high-fd-ratio 100
defaults
    mode http
    timeout connect 10s
    timeout client 600s
    timeout server 600s
    timeout http-keep-alive 600s
    option forwardfor
    option http-keep-alive
    http-reuse always
frontend front
    bind 127.0.0.1:{self.port}
    http-request set-header X-Real-IP %[src]
    http-request set-header X-Forwarded-Proto http
    default_backend back
backend back
    balance roundrobin
{backends}""")
        return [find_program("haproxy"), "-db", "-f", str(config)]


class Caddy(Proxy):
    name = "Caddy"

    def environment(self):
        folders = {name: str(self.folder / name.lower()) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        return {"GOMAXPROCS": "1", **folders}

    def command(self):
        tls = "tls_insecure_skip_verify" if self.configuration in configurations.OVER_TLS else ""
        config = self.folder / "Caddyfile"
        config.write_text(f"""{{
    admin off
    auto_https off
}}
http://:{self.port} {{
    bind 127.0.0.1
    reverse_proxy {" ".join(self.peers())} {{
        lb_policy round_robin
        header_up X-Real-IP {{remote_host}}
        transport http {{
            {tls}
            keepalive 600s
            keepalive_idle_conns_per_host 512
            compression off
        }}
    }}
}}
""")
        return [find_program("caddy"), "run", "--config", str(config), "--adapter", "caddyfile"]


class Portlight(Proxy):
    name = "Portlight"
    speaks_nginx = True
    program = pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "bin" / "portlightctl"
    arguments = []

    def command(self):
        config = self.folder / "nginx.conf"
        config.write_text(self.nginx_text())
        return [str(self.program), "serve", str(config), *self.arguments]

    def loading_nanoseconds(self):
        """CPU time of the start of the program, with what it puts off until after its first answer."""
        with self:
            self.wait_until_quiet()
            return self.cpu_nanoseconds()


class PortlightCapturing(Portlight):
    name = "Portlight capturing"
    arguments = ["--capture"]


def check_equal_work(proxy):
    """Refuses to measure a proxy that does less: forwarded headers present, each backend's connection used again."""
    host = f"127.0.0.1:{proxy.port}"
    backend_connections = set()
    peers = len(proxy.peers())
    for _ in range(3 * peers):
        connection = proxy.connect()
        connection.request("GET", "/seen")
        *seen, backend_connection = connection.getresponse().read().decode().split("|")
        connection.close()
        backend_connections.add(backend_connection)
        expected = [host, "127.0.0.1", "127.0.0.1", proxy.scheme, "HTTP/1.1"]
        if seen != expected:
            raise BenchError(f"{proxy.name} forwards {seen}, expected {expected}")
    if len(backend_connections) != peers:
        raise BenchError(f"{proxy.name} does not keep its backend connections alive: {3 * peers} requests took "
                         f"{len(backend_connections)} connections to {peers} backends")


def portlight_is_built():
    if os.access(Portlight.program, os.X_OK):
        return True
    print(f"bench: {Portlight.program} is not built, so only the others are measured", file=sys.stderr)
    return False
