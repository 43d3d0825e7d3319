#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arithmetic behind the comparison: what is counted, and when a target counts as missed."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import accounting
import bench
import configurations
import rows
import servers
import table

# Burns processor time in a second thread and in a child, then waits to be looked at.
BURN = """
import os, sys, threading, time
def burn():
    while time.thread_time() < 0.15:
        pass
if os.fork() == 0:
    burn()
    sys.stdin.read()
    os._exit(0)
thread = threading.Thread(target=burn)
thread.start()
thread.join()
print("burnt", flush=True)
sys.stdin.read()
"""


class Accounting(unittest.TestCase):
    def test_threads_that_ended_and_children_count(self):
        with subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            pids = accounting.family(process.pid)
            self.assertEqual(len(pids), 2)
            self.assertGreaterEqual(accounting.cpu_nanoseconds(pids[:1]), 150_000_000)
            while accounting.cpu_nanoseconds(pids[1:]) < 150_000_000:
                os.sched_yield()
            process.stdin.close()

    def test_memory_that_is_touched_counts(self):
        before = accounting.memory_bytes([os.getpid()])
        block = bytearray(b"x" * (32 << 20))
        self.assertGreater(accounting.memory_bytes([os.getpid()]) - before, len(block) // 2)


class Table(unittest.TestCase):
    def test_a_ratio_at_the_target_is_ok_and_one_above_is_over(self):
        self.assertEqual(table.missed({"small32": {"nginx": 10.0, "Portlight": 10.0}}), [])
        self.assertEqual(len(table.missed({"small32": {"nginx": 10.0, "Portlight": 10.01}})), 1)

    def test_a_share_of_a_core_is_judged_by_its_own_target(self):
        self.assertEqual(table.missed({"websockets_cpu": {"Portlight": 0.001}}), [])
        self.assertEqual(len(table.missed({"websockets_cpu": {"Portlight": 0.0011}})), 1)
        self.assertIn("0.100 %", table.terminal({"websockets_cpu": {"Portlight": 0.001}}))

    def test_the_idle_row_is_judged_by_our_own_figure(self):
        figures = {"small32": {"nginx": 20.0, "Portlight": 10.0}, "idle": {"nginx": 5.0, "Portlight": 11.5}}
        self.assertEqual(table.missed(figures), [])
        figures["idle"]["Portlight"] = 11.6
        self.assertEqual(len(table.missed(figures)), 1)

    def test_the_capture_row_is_seen_against_nginx_and_not_judged(self):
        line = table.lines({"small32": {"nginx": 10.0}, "capture": {"Portlight": 15.0}})[1]
        self.assertIn("1.50×", line)
        self.assertEqual(line[-1], "")

    def test_many_servers_are_judged_by_our_own_figure_with_one(self):
        figures = {"one": {"nginx": 30.0, "Portlight": 10.0}, "many": {"nginx": 30.0, "Portlight": 11.0}}
        self.assertEqual(table.missed(figures), [])
        figures["many"]["Portlight"] = 11.1
        self.assertEqual(len(table.missed(figures)), 1)

    def test_loading_is_judged_against_nginx_and_shown_in_seconds(self):
        line = table.lines({"load": {"nginx": 1_500_000.0, "Portlight": 3_000_000.0}})[0]
        self.assertEqual(line[1:3] + line[-1:], ["1.50 s", "3.00 s", "ok"])
        self.assertEqual(len(table.missed({"load": {"nginx": 1_500_000.0, "Portlight": 3_000_001.0}})), 1)

    def test_memory_is_judged_in_bytes(self):
        self.assertEqual(table.missed({"memory_idle": {"Portlight": 6144.0}}), [])
        self.assertEqual(len(table.missed({"memory_idle": {"Portlight": 6145.0}})), 1)

    def test_a_proxy_that_was_not_measured_is_neither_ok_nor_over(self):
        self.assertEqual(table.lines({"small32": {"nginx": 10.0}})[0][-1], "")


class Configurations(unittest.TestCase):
    def test_the_large_one_has_the_servers_and_locations_it_is_named_after(self):
        text = configurations.TEXTS["many"](1, 2)
        self.assertEqual(text.count("server_name "), 10_000)
        self.assertEqual(text.count("location "), 100_000)

    def test_a_group_names_every_address_of_the_origin(self):
        text = configurations.TEXTS["group8"](1, 2)
        self.assertEqual([f"127.0.0.{number}:2" for number in range(1, 9)],
                         re.findall(r"server (127[^;]+);", text))

    def test_only_what_has_a_counterpart_is_asked_of_the_other_proxies(self):
        every = [servers.Nginx, servers.Portlight, servers.HAProxy, servers.Caddy]
        for row in bench.ALL_ROWS:
            if row.capturing:
                continue
            members = bench.kinds_of(row, every)
            expected = (every if row.configuration in configurations.FOR_ALL
                        else [servers.Portlight] if row.configuration in configurations.OWN else every[:2])
            self.assertEqual(members, expected)

    def test_rows_use_configurations_that_exist(self):
        for row in bench.ALL_ROWS:
            self.assertIn(row.configuration, configurations.TEXTS)


class Readme(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(setattr, bench, "README", bench.README)
        bench.README = pathlib.Path(folder.name) / "README.md"

    def test_only_the_table_is_replaced(self):
        bench.README.write_text(f"a\n{bench.README_START}\nold\n{bench.README_END}\nb\n")
        bench.update_readme("new")
        self.assertEqual(bench.README.read_text(), f"a\n{bench.README_START}\nnew\n{bench.README_END}\nb\n")

    def test_a_readme_without_a_place_for_it_is_left_alone(self):
        bench.README.write_text("text\n")
        with self.assertRaises(servers.BenchError):
            bench.update_readme("new")
        self.assertEqual(bench.README.read_text(), "text\n")


if __name__ == "__main__":
    sys.exit(unittest.main())
