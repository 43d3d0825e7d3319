#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares Portlight with nginx, HAProxy and Caddy: CPU time per request and memory, all in one run.

Each proxy runs on one core, the load generator and the origin on another. All set the same forwarded headers, keep
their backend connections alive and write no access log. CPU time is what the kernel counted for all threads of the
proxy. Loading is `nginx -t`, and Portlight's start until it is idle. The proxies take turns in several rounds; the
table shows medians. In the memory rows the columns of HAProxy and Caddy show their own size.
"""

import argparse
import json
import pathlib
import signal
import statistics
import sys
import tempfile

import configurations
import rows
import servers
import table

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
ALL_ROWS = rows.TIME_ROWS + rows.LOAD_ROWS + rows.MEMORY_ROWS
README_START, README_END = "<!-- bench: start -->", "<!-- bench: end -->"


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each row is measured (default: 5)")
    parser.add_argument("--seconds", type=int, default=2, help="length of one measurement (default: 2)")
    parser.add_argument("--quick", action="store_true", help="one round of a second each: for a first look")
    parser.add_argument("--rows", nargs="+", metavar="ROW", default=[],
                        choices=[row.key for row in ALL_ROWS],
                        help="only these: " + ", ".join(row.key for row in ALL_ROWS))
    parser.add_argument("--only", nargs="+", metavar="PROXY", choices=["nginx", "portlight", "haproxy", "caddy"],
                        help="only these proxies: nginx, portlight, haproxy, caddy")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--json", metavar="FILE", help="also write every single figure there")
    parser.add_argument("--update-readme", action="store_true", help="put the table into README.md")
    parser.add_argument("--check", action="store_true", help="exit 1 when a target is missed")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 1, 1
    if arguments.rounds < 1 or arguments.seconds < 1:
        parser.error("rounds and seconds start at 1")
    return arguments


def chosen_proxies(only):
    kinds = [servers.Nginx, servers.HAProxy, servers.Caddy]
    if servers.portlight_is_built():
        kinds[1:1] = [servers.Portlight]
    return [kind for kind in kinds if not only or kind.name.lower() in only]


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def kinds_of(row, kinds):
    if row.capturing:
        return [servers.PortlightCapturing] if servers.Portlight in kinds else []
    if row.configuration in configurations.OWN:
        return [kind for kind in kinds if kind is servers.Portlight]
    return [kind for kind in kinds if kind.speaks_nginx or row.configuration in configurations.FOR_ALL]


def measure_time(arguments, kinds, chosen, folder, origin):
    """row key → proxy name → one figure a round. The order of the proxies turns from round to round."""
    figures = {}
    for turn in range(arguments.rounds):
        for row in chosen:
            members = kinds_of(row, kinds)
            shift = turn % max(1, len(members))
            for kind in members[shift:] + members[:shift]:
                progress(f"round {turn + 1} of {arguments.rounds}: {row.title}, {kind.name}")
                with kind(folder, origin, row.configuration) as proxy:
                    servers.check_equal_work(proxy)
                    proxy.wait_until_quiet()
                    figure = row.measure(proxy, arguments.seconds)
                name = "Portlight" if row.capturing else kind.name
                figures.setdefault(row.key, {}).setdefault(name, []).append(figure)
    return figures


def measure_loading(arguments, kinds, chosen, folder, origin):
    figures = {}
    for turn in range(arguments.rounds):
        for row in chosen:
            for kind in kinds_of(row, kinds):
                progress(f"round {turn + 1} of {arguments.rounds}: {row.title}, {kind.name}")
                figure = row.measure(kind(folder, origin, row.configuration))
                figures.setdefault(row.key, {}).setdefault(kind.name, []).append(figure)
    return figures


def measure_memory(kinds, chosen, folder, origins):
    """origins: configuration → origin; "plain" for those that have none of their own."""
    figures = {}
    for row in chosen:
        for kind in kinds_of(row, kinds):
            progress(f"{row.title}, {kind.name}")
            with kind(folder, origins.get(row.configuration, origins["plain"]), row.configuration) as proxy:
                figures.setdefault(row.key, {})[kind.name] = [row.measure(proxy)]
    return figures


def update_readme(text):
    readme = README.read_text(encoding="utf-8")
    head, start, rest = readme.partition(README_START)
    _, end, tail = rest.partition(README_END)
    if not start or not end:
        raise servers.BenchError(f"{README} has no place for the table: {README_START} … {README_END}")
    README.write_text(f"{head}{start}\n{text}\n{end}{tail}", encoding="utf-8")


def run(arguments):
    servers.raise_descriptor_limit()
    kinds = chosen_proxies(arguments.only)

    def wanted(row):
        return not arguments.rows or row.key in arguments.rows

    with (tempfile.TemporaryDirectory(prefix="portlight-bench-") as folder, servers.Origin(folder) as origin,
          servers.WebSocketOrigin(folder) as websocket_origin):
        rounds = measure_time(arguments, kinds, list(filter(wanted, rows.TIME_ROWS)), folder, origin)
        rounds |= measure_loading(arguments, kinds, list(filter(wanted, rows.LOAD_ROWS)), folder, origin)
        origins = {"plain": origin, "websockets": websocket_origin}
        rounds |= measure_memory(kinds, list(filter(wanted, rows.MEMORY_ROWS)), folder, origins)
    progress("")
    figures = {key: {name: statistics.median(all_rounds) for name, all_rounds in by_name.items()}
               for key, by_name in rounds.items()}
    print(table.markdown(figures) if arguments.markdown else table.terminal(figures))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps({"medians": figures, "rounds": rounds}, indent=2) + "\n")
    if arguments.update_readme:
        update_readme(table.markdown(figures))
    return 1 if arguments.check and table.missed(figures) else 0


def main():
    arguments = parse_arguments()
    # Leaves through the `with` blocks, which stop the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run(arguments)
    except servers.BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
