#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks testssl.sh what it finds at Portlight's TLS listener and at nginx's, and prints where they differ.

Both serve the same certificate. nginx is told `ssl_protocols TLSv1.2 TLSv1.3`, which newer versions have by default;
Portlight is told nothing. Exits with 1 when testssl.sh finds anything above LOW at Portlight that it does not find at
nginx at the same or a higher severity.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import servers

SEVERITIES = ["OK", "INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"]
BLOCKING_FROM = "MEDIUM"
NAME = "demo.localhost"
START_SECONDS_MAX = 10
TESTSSL_SECONDS_MAX = 480
ROOT = pathlib.Path(__file__).resolve().parents[2]

NGINX_MAIN = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
"""
HTTP = """
http {{
    access_log off;
    client_body_temp_path {folder}/temp; proxy_temp_path {folder}/temp; fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp; scgi_temp_path {folder}/temp;
    server {{
        listen 127.0.0.1:{port} ssl;
        server_name {name};
        {protocols}
        ssl_certificate {folder}/chain.pem;
        ssl_certificate_key {folder}/leaf.key;
        location / {{ return 200 "here\\n"; }}
    }}
}}
"""


def severity_rank(finding):
    # WARN and DEBUG are about testssl.sh itself.
    severity = finding["severity"]
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def by_id(findings):
    """The worst finding of each id: some ids come once for each cipher or certificate."""
    worst = {}
    for finding in findings:
        known = worst.get(finding["id"])
        if known is None or severity_rank(finding) > severity_rank(known):
            worst[finding["id"]] = finding
    return worst


def differences(own, others):
    """Rows (id, own, others, blocking) for each id that is judged differently; None where there is no finding."""
    own, others = by_id(own), by_id(others)
    rows = []
    for name in sorted(set(own) | set(others)):
        mine, theirs = own.get(name), others.get(name)
        if mine and theirs and mine["severity"] == theirs["severity"]:
            continue
        mine_rank = severity_rank(mine) if mine else -1
        blocking = (mine_rank >= SEVERITIES.index(BLOCKING_FROM)
                    and mine_rank > (severity_rank(theirs) if theirs else -1))
        rows.append((name, mine, theirs, blocking))
    return rows


def run_openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def make_certificates(folder):
    request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90"]
    run_openssl(*request, "-keyout", folder / "root.key", "-out", folder / "root.pem", "-subj", "/CN=findings")
    run_openssl(*request, "-keyout", folder / "leaf.key", "-out", folder / "chain.pem", "-subj", f"/CN={NAME}",
                "-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-addext", "basicConstraints=critical,CA:FALSE",
                "-addext", "extendedKeyUsage=serverAuth", "-addext", f"subjectAltName=DNS:{NAME}")


class TlsServer:
    """One server with one TLS listener while the `with` block lasts."""

    def __init__(self, name, command, folder):
        self.name, self.command, self.folder = name, command, folder
        self.port = servers.free_port()

    def write(self, main, protocols):
        text = main.format(folder=self.folder) + HTTP.format(folder=self.folder, port=self.port, name=NAME,
                                                             protocols=protocols)
        (self.folder / f"{self.name}.conf").write_text(text)

    def __enter__(self):
        self.pid_file = self.folder / f"{self.name}.pid"
        self.log = open(self.folder / f"{self.name}.log", "wb")
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log, cwd=self.folder)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self.pid_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise servers.BenchError(f"{self.name} does not start:\n"
                                         + (self.folder / f"{self.name}.log").read_text(errors="replace"))
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()


def start_testssl(server):
    output = server.folder / f"{server.name}.json"
    return output, subprocess.Popen(
        [servers.find_program("testssl"), "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip",
         "127.0.0.1", "--add-ca", str(server.folder / "root.pem"), "--jsonfile", str(output),
         f"https://{NAME}:{server.port}/"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def gather(pair):
    runs = [start_testssl(server) for server in pair]
    findings = []
    for output, process in runs:
        process.wait(timeout=TESTSSL_SECONDS_MAX)
        findings.append(json.loads(output.read_text()))
    return findings


def describe(finding):
    return f"{finding['severity']}: {finding['finding']}" if finding else "nothing found"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/portlightctl",
                        help="the portlightctl to ask (default: the release build's)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FOLDER", help="keep testssl.sh's reports there")
    return parser.parse_args()


def compare(arguments, folder):
    make_certificates(folder)
    nginx = TlsServer("nginx", [servers.find_program("nginx"), "-p", folder, "-c", folder / "nginx.conf", "-e",
                                folder / "error.log"], folder)
    nginx.write(NGINX_MAIN, "ssl_protocols TLSv1.2 TLSv1.3;")
    portlight = TlsServer("portlight", [arguments.program.resolve(), "serve", folder / "portlight.conf", "--pid",
                                        folder / "portlight.pid"], folder)
    portlight.write("events {{}}\n", "")
    with nginx, portlight:
        own, others = gather((portlight, nginx))
    if arguments.json:
        arguments.json.mkdir(parents=True, exist_ok=True)
        for server in (portlight, nginx):
            (arguments.json / f"{server.name}.json").write_bytes((folder / f"{server.name}.json").read_bytes())
    return own, others


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="portlight-tls-") as name:
        try:
            own, others = compare(arguments, pathlib.Path(name))
        except servers.BenchError as error:
            sys.exit(f"tlsfindings: {error}")
    rows = differences(own, others)
    for name, mine, theirs, blocking in rows:
        print(f"{'!' if blocking else ' '} {name}\n    Portlight  {describe(mine)}\n    nginx      {describe(theirs)}")
    blocking = sum(row[3] for row in rows)
    print(f"{len(own)} findings at Portlight, {len(others)} at nginx, {len(rows)} judged differently, "
          f"{blocking} of them above LOW and Portlight's alone")
    return 1 if blocking else 0


if __name__ == "__main__":
    sys.exit(main())
