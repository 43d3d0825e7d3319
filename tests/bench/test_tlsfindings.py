#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the comparison of testssl.sh's findings calls a difference."""

import unittest

import tlsfindings


def finding(name, severity, text=""):
    return {"id": name, "severity": severity, "finding": text}


class Differences(unittest.TestCase):
    def test_what_both_have_is_none(self):
        same = [finding("cipher_order", "HIGH"), finding("TLS1_3", "OK", "offered with final")]
        self.assertEqual(tlsfindings.differences(same, same), [])

    def test_a_worse_finding_blocks(self):
        own, others = [finding("BEAST", "MEDIUM")], [finding("BEAST", "OK")]
        self.assertEqual(tlsfindings.differences(own, others), [("BEAST", own[0], others[0], True)])
        self.assertEqual(tlsfindings.differences(own, []), [("BEAST", own[0], None, True)])

    def test_a_better_or_harmless_one_is_only_told(self):
        for own, others in (("OK", "HIGH"), ("LOW", "OK"), ("HIGH", "CRITICAL"), ("WARN", "OK"), ("MEDIUM", "HIGH")):
            rows = tlsfindings.differences([finding("x", own)], [finding("x", others)])
            self.assertEqual([row[3] for row in rows], [False], (own, others))
        self.assertEqual([row[3] for row in tlsfindings.differences([], [finding("x", "HIGH")])], [False])

    def test_the_worst_of_an_id_counts(self):
        own = [finding("cert", "OK"), finding("cert", "HIGH"), finding("cert", "INFO")]
        self.assertEqual(tlsfindings.by_id(own)["cert"]["severity"], "HIGH")
        self.assertTrue(tlsfindings.differences(own, [finding("cert", "LOW")])[0][3])


if __name__ == "__main__":
    unittest.main()
