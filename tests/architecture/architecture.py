#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that the source tree keeps the structure that ARCHITECTURE.md describes.

Usage: architecture.py tree ROOT --qt-headers DIR     the rules about files and includes
       architecture.py links PROGRAM                  the libraries a headless program must not need

Prints one line for each violation, file:line: text, and exits 1 when there is any.
"""

import argparse
import pathlib
import re
import subprocess
import sys

# What each engine folder may include besides itself. A new arrow is a decision: it is made here.
ARROWS = {
    "base": set(),
    "config": {"base"},
    "export": {"base", "config"},
    "http": {"base"},
    "cache": {"base", "http"},
    "limits": {"base"},
    "net": {"base", "config", "http", "pki"},
    "names": {"base", "config", "net"},
    "pki": {"base"},
    "http2": {"base", "http", "net"},
    "upstream": {"base", "config", "http", "net", "pki"},
    "capture": {"base", "http"},
    "proxy": {"base", "config", "http", "cache", "limits", "net", "names", "pki", "http2", "upstream", "capture"},
    "api": {"base", "config", "export", "http", "cache", "limits", "net", "names", "pki", "http2", "upstream", "capture",
            "proxy"},
}
# The folders of portlight_core: no sockets, so nothing from the folders that have them.
CORE = {"base", "config", "export", "http", "cache", "limits"}
# What the window may see of the engine.
WINDOW_MAY_INCLUDE = {"api", "base", "config", "export", "capture"}
HEADLESS_MUST_NOT_LINK = ("libQt6Widgets", "libQt6Gui")
MAIN_LINES_MAX = 100

VAGUE_NAMES = {"util", "utils", "misc", "common", "helper", "helpers"}
SOURCE_SUFFIXES = {".cpp", ".h", ".py", ".js", ".mjs", ".sh"}
SKIPPED_FOLDERS = {".git", "build", "__pycache__", ".cache", "node_modules"}
TEXT_SUFFIXES = SOURCE_SUFFIXES | {"", ".txt", ".cmake", ".json", ".md", ".conf", ".qrc", ".supp", ".qss", ".desktop", ".xml"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# Written in pieces so that this file does not report itself.
MACHINE_PATH = re.compile(r"(?<![\w.~])/(?:" + "wo" + r"rk|ro" + r"ot)/")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


class Tree:
    """The files of the repository below ROOT, read once."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.files = {}
        for path in sorted(self.root.rglob("*")):
            relative = path.relative_to(self.root)
            if SKIPPED_FOLDERS.isdisjoint(relative.parts) and path.is_file() and path.suffix in TEXT_SUFFIXES:
                self.files[relative.as_posix()] = path.read_text(encoding="utf-8", errors="replace").splitlines()

    def below(self, folder, suffixes=(".cpp", ".h")):
        return [name for name in self.files if name.startswith(folder + "/") and name.endswith(tuple(suffixes))]

    def includes(self, name):
        """(line number, the file in this tree or the text between the brackets, is ours)"""
        for number, line in enumerate(self.files[name], 1):
            match = INCLUDE.match(line)
            if match:
                target = self.resolve(name, match.group(2))
                yield number, target or match.group(2), target is not None

    def resolve(self, includer, text):
        folder = pathlib.PurePosixPath(includer).parent
        for base in (folder, pathlib.PurePosixPath("engine"), pathlib.PurePosixPath("ui"), pathlib.PurePosixPath("."),
                     pathlib.PurePosixPath("tests")):
            parts = []
            for part in (base / text).parts:
                parts = parts[:-1] if part == ".." else parts + [part]
            candidate = "/".join(parts)
            if candidate in self.files:
                return candidate
        return None


def engine_folder(name):
    parts = name.split("/")
    return parts[1] if parts[0] == "engine" and len(parts) > 2 else None


def check_engine_arrows(tree):
    for name in tree.below("engine"):
        source = engine_folder(name)
        if source is not None and source not in ARROWS:
            yield f"{name}:1: engine folder '{source}' has no entry in the table of arrows"
            continue
        for number, target, ours in tree.includes(name):
            if not ours:
                continue
            folder = engine_folder(target)
            if not target.startswith("engine/"):
                yield f"{name}:{number}: the engine includes {target}, which is outside of it"
            elif source is None:
                yield f"{name}:{number}: a header of the whole engine includes {target}"
            elif folder != source and folder not in ARROWS[source]:
                yield f"{name}:{number}: engine/{source} must not include engine/{folder} ({target})"
            elif source in CORE and folder not in CORE:
                yield f"{name}:{number}: portlight_core includes {target}, which is not part of it"


def check_cycles(tree):
    """Works on the real includes, so that a wrong table cannot hide a cycle."""
    graph = {}
    for name in tree.below("engine"):
        source = engine_folder(name)
        for number, target, ours in tree.includes(name):
            folder = engine_folder(target) if ours else None
            if source and folder and source != folder:
                graph.setdefault(source, {}).setdefault(folder, f"{name}:{number}")
    reported = set()
    for start in graph:
        path = shortest_cycle(graph, start)
        if path and frozenset(path) not in reported:
            reported.add(frozenset(path))
            yield f"{graph[path[0]][path[1]]}: cycle between engine folders: {' -> '.join(path)}"


def shortest_cycle(graph, start):
    paths = [[start]]
    seen = set()
    while paths:
        path = paths.pop(0)
        for following in sorted(graph.get(path[-1], {})):
            if following == start:
                return path + [start]
            if following not in seen:
                seen.add(following)
                paths.append(path + [following])
    return None


def check_window_arrows(tree):
    for name in tree.below("ui"):
        for number, target, ours in tree.includes(name):
            if not ours or target.startswith("ui/"):
                continue
            if engine_folder(target) not in WINDOW_MAY_INCLUDE:
                yield f"{name}:{number}: the window must not include {target}"


def check_engine_knows_no_widgets(tree, qt_headers):
    qt = pathlib.Path(qt_headers)
    forbidden = set()
    for module in ("QtGui", "QtWidgets", "QtSvg"):
        names = [entry.name for entry in (qt / module).iterdir()]
        forbidden.update(names, (f"{module}/{entry}" for entry in names))
    for module in ("QtCore", "QtNetwork"):
        forbidden.difference_update(entry.name for entry in (qt / module).iterdir())
    for name in tree.below("engine"):
        for number, target, ours in tree.includes(name):
            if not ours and target in forbidden:
                yield f"{name}:{number}: the engine knows no widgets and no drawing, but includes <{target}>"


def check_composition_roots(tree):
    for name in tree.below("app", [".cpp"]):
        lines = tree.files[name]
        if any(re.match(r"\s*int main\(", line) for line in lines) and len(lines) >= MAIN_LINES_MAX:
            yield f"{name}:{len(lines)}: a main is under {MAIN_LINES_MAX} lines"


def check_names(tree):
    for name in tree.files:
        for part in pathlib.PurePosixPath(name).with_suffix("").parts:
            if VAGUE_NAMES & set(re.split(r"[_\-.]", part.lower())):
                yield f"{name}:1: '{part}' says nothing about what is inside"


def is_source(name, lines):
    return pathlib.PurePosixPath(name).suffix in SOURCE_SUFFIXES or (lines and lines[0].startswith("#!"))


def check_file_heads(tree):
    for name, lines in tree.files.items():
        if is_source(name, lines) and not any("SPDX-License-Identifier: GPL-3.0-or-later" in line for line in lines[:3]):
            yield f"{name}:1: the SPDX line is missing"
        if name.endswith(".h") and "#pragma once" not in lines:
            yield f"{name}:1: '#pragma once' is missing"


def check_text(tree):
    # A folder such as /src or /root would match ordinary text; a longer one names this machine.
    own_paths = [str(path) for path in (tree.root, pathlib.Path.home()) if len(path.parts) > 2]
    for name, lines in tree.files.items():
        if name == "LICENSE":
            continue
        for number, line in enumerate(lines, 1):
            if MACHINE_PATH.search(line) or any(path in line for path in own_paths):
                yield f"{name}:{number}: a path of one particular machine: {line.strip()[:100]}"
            if UNFINISHED.search(line) and is_source(name, lines):
                yield f"{name}:{number}: unfinished: {line.strip()[:100]}"


def check_tree(root, qt_headers):
    tree = Tree(root)
    violations = [] if tree.below("engine") else [f"{root}:1: no engine sources found here"]
    for check in (check_engine_arrows, check_cycles, check_window_arrows, check_composition_roots, check_names,
                  check_file_heads, check_text):
        violations.extend(check(tree))
    violations.extend(check_engine_knows_no_widgets(tree, qt_headers))
    return violations


def check_links(program):
    """Direct and indirect needs, as the dynamic linker resolves them."""
    answer = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    if "libQt6Core" not in answer:
        return [f"{program}:1: ldd shows no Qt at all, so this check proves nothing"]
    return [f"{program}:1: a headless program links {line.split()[0]}"
            for line in answer.splitlines() if line.strip().startswith(HEADLESS_MUST_NOT_LINK)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    tree = commands.add_parser("tree")
    tree.add_argument("root")
    tree.add_argument("--qt-headers", required=True)
    links = commands.add_parser("links")
    links.add_argument("program")
    arguments = parser.parse_args()
    violations = (check_tree(arguments.root, arguments.qt_headers) if arguments.command == "tree"
                  else check_links(arguments.program))
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
