#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants each violation in a small tree and expects it, and only it, to be found."""

import os
import pathlib
import sys
import tempfile
import unittest

import architecture

QT_HEADERS = os.environ["PORTLIGHT_QT_HEADERS"]
HEAD = "// SPDX-License-Identifier: GPL-3.0-or-later\n"
HEADER = HEAD + "#pragma once\n"


class PlantedTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("engine/base/error.h", HEADER + "#include <QString>\n")
        self.write("engine/http/message.h", HEADER + '#include "base/error.h"\n')
        self.write("engine/net/listener.h", HEADER + '#include "base/error.h"\n#include <QTcpServer>\n')
        self.write("engine/api/proxyengine.h", HEADER + '#include "net/listener.h"\n')
        self.write("ui/mainwindow.cpp", HEAD + '#include "api/proxyengine.h"\n#include <QWidget>\n')
        self.write("app/portlight.cpp", HEAD + "int main(int argc, char **argv)\n{\n}\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def violations(self):
        return architecture.check_tree(self.root, QT_HEADERS)

    def expect(self, *expected):
        found = self.violations()
        for text in expected:
            self.assertTrue(any(text in violation for violation in found), f"{text!r} is not among {found}")
        self.assertEqual(len(found), len(expected), found)

    def test_a_sound_tree_passes(self):
        self.assertEqual(self.violations(), [])

    def test_an_empty_tree_is_not_taken_for_a_sound_one(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(len(architecture.check_tree(empty, QT_HEADERS)), 1)

    def test_a_wrong_arrow(self):
        self.write("engine/upstream/pool.h", HEADER)
        self.write("engine/net/stream.cpp", HEAD + '#include "upstream/pool.h"\n')
        self.expect("engine/net/stream.cpp:2: engine/net must not include engine/upstream")

    def test_core_includes_a_socket_folder(self):
        self.write("engine/http/peer.cpp", HEAD + '\n#include "net/listener.h"\n')
        self.expect("engine/http/peer.cpp:3: engine/http must not include engine/net")

    def test_a_wrong_arrow_by_a_relative_path(self):
        self.write("engine/base/clock.cpp", HEAD + '#include "../api/proxyengine.h"\n')
        self.expect("engine/base/clock.cpp:2: engine/base must not", "cycle between engine folders")

    def test_an_unknown_engine_folder(self):
        self.write("engine/stuff/thing.cpp", HEAD)
        self.expect("engine folder 'stuff' has no entry")

    def test_the_engine_includes_the_window(self):
        self.write("ui/mainwindow.h", HEADER)
        self.write("engine/api/show.cpp", HEAD + '#include "ui/mainwindow.h"\n')
        self.expect("the engine includes ui/mainwindow.h")

    def test_a_cycle_is_found_even_where_the_table_allows_both_arrows(self):
        self.write("engine/net/back.h", HEADER + '#include "api/proxyengine.h"\n')
        architecture.ARROWS["net"].add("api")
        self.addCleanup(architecture.ARROWS["net"].discard, "api")
        self.expect("cycle between engine folders: api -> net -> api")

    def test_core_stays_closed_even_where_the_table_allows_the_arrow(self):
        self.write("engine/http/peer.cpp", HEAD + '#include "net/listener.h"\n')
        architecture.ARROWS["http"].add("net")
        self.addCleanup(architecture.ARROWS["http"].discard, "net")
        self.expect("portlight_core includes engine/net/listener.h")

    def test_the_table_itself_has_no_cycle(self):
        graph = {source: {target: "" for target in targets} for source, targets in architecture.ARROWS.items()}
        for folder in graph:
            self.assertIsNone(architecture.shortest_cycle(graph, folder))

    def test_the_window_reaches_into_the_engine(self):
        self.write("ui/traffic/page.cpp", HEAD + '#include "net/listener.h"\n')
        self.expect("ui/traffic/page.cpp:2: the window must not include engine/net/listener.h")

    def test_the_engine_includes_widgets_or_drawing(self):
        for header in ("QWidget", "QtWidgets/QLabel", "QColor", "qimage.h"):
            with self.subTest(header):
                self.write("engine/base/paint.cpp", HEAD + f"#include <{header}>\n")
                self.expect(f"includes <{header}>")

    def test_a_long_main(self):
        body = "// line\n" * (architecture.MAIN_LINES_MAX - 4)
        self.write("app/portlight.cpp", HEAD + "int main()\n{\n" + body)
        self.assertEqual(self.violations(), [])
        self.write("app/portlight.cpp", HEAD + "int main()\n{\n" + body + "}\n")
        self.expect("a main is under 100 lines")

    def test_vague_names(self):
        self.write("engine/base/string_utils.cpp", HEAD)
        self.write("ui/common/button.cpp", HEAD)
        self.expect("engine/base/string_utils.cpp:1", "ui/common/button.cpp:1")

    def test_missing_heads(self):
        self.write("engine/base/bare.cpp", "int bare();\n")
        self.write("engine/base/twice.h", HEAD)
        self.write("tests/run.py", "print()\n")
        self.write("tools/script", "#!/bin/sh\n")
        self.expect("engine/base/bare.cpp:1: the SPDX", "engine/base/twice.h:1: '#pragma once'", "tests/run.py:1: the SPDX",
                    "tools/script:1: the SPDX")

    def test_paths_of_a_machine(self):
        self.write("README.md", "See /ro" + "ot/portlight. Not of this machine: /ho" + "me/ann/portlight.\n")
        self.write("tests/data.conf", "root /wo" + "rk/site;\n# home/work/ and ~/wo" + "rk/ are fine\n")
        self.write("CONTRIBUTING.md", f"cd {self.root.resolve()}\n")
        self.expect("README.md:1: a path", "tests/data.conf:1: a path", "CONTRIBUTING.md:1: a path")

    def test_unfinished_work(self):
        self.write("engine/base/later.cpp", HEAD + "// TO" + "DO: finish\n")
        self.expect("engine/base/later.cpp:2: unfinished")

    def test_build_folders_are_left_out(self):
        self.write("build/dev/generated.cpp", "int generated();\n")
        self.assertEqual(self.violations(), [])

    def test_a_program_without_qt_proves_nothing(self):
        self.assertIn("proves nothing", architecture.check_links("/bin/sh")[0])

    def test_a_program_with_widgets_is_found(self):
        program = os.environ.get("PORTLIGHT_WIDGETS_PROGRAM")
        if program is None:
            self.fail("PORTLIGHT_WIDGETS_PROGRAM must name a program that links Qt Widgets")
        self.assertIn("libQt6Widgets", " ".join(architecture.check_links(program)))


if __name__ == "__main__":
    sys.exit(unittest.main())
