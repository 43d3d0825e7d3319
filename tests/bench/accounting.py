# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel charged to a process and its children: CPU time and memory."""

import os
import time

# From the kernel's posix-cpu timers: the CPU clock of another process, all its threads, also those that ended.
CPUCLOCK_SCHED = 2


def family(pid):
    """The process and all its living descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(entry))
    found = [pid]
    for member in found:
        found.extend(children.get(member, []))
    return found


def cpu_nanoseconds(pids):
    """User and system time of every thread of these processes, as the scheduler counted it."""
    return sum(time.clock_gettime_ns((~pid << 3) | CPUCLOCK_SCHED) for pid in pids)


def memory_bytes(pids):
    """Anonymous memory: what the processes themselves have written, whoever else shares their libraries."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Anonymous:"):
                    total += int(line.split()[1]) * 1024
                    break
    return total
